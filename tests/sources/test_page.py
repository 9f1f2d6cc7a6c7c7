"""docs/sources.md as it stands: its commands are run, and its code is the code."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM
from socket import create_server

import httpx2 as httpx
import pytest

from tests.demo import Demo, demo
from tests.house.project import ROOT

PAGE = (ROOT / "docs" / "sources.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
((_, COMMANDS),) = (block for block in BLOCKS if block[0] == "bash")
CODE = [code.split("\n", 1) for language, code in BLOCKS if language == "python"]
DOCUMENT = """{ customer(by: {number: "C-000001"}) { displayName
  service { openTicketCount tickets(first: 1) { nodes { number kind } } } } }"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What the page's reader has in the end, with another port than the page's."""
    folder = tmp_path_factory.mktemp("page")
    with create_server(("127.0.0.1", 0)) as free:
        commands = COMMANDS.replace("8370", str(free.getsockname()[1]))
    *before, last = commands.strip().splitlines()
    assert last == "customer360 demo"
    told = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    script = "\n".join([*before, "env | sed -n s/^CUSTOMER360_SERVICE_/SERVICE_/p; echo $!; wait"])
    command = ["bash", "-euc", script]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        told = dict(shell.stdout.readline().strip().split("=", 1) for _ in range(2))
        pid = int(shell.stdout.readline())
        try:
            with demo(folder / "data", 20, **told) as started:
                yield started
        finally:
            os.kill(pid, SIGTERM)


@pytest.mark.slow
async def test_the_commands_end_in_a_demo_with_a_ticket_system(running: Demo) -> None:
    headers = {"authorization": f"Bearer {running.token('service_agent', 'care')}", "customer360-purpose": "care"}
    async with httpx.AsyncClient() as client:
        answer = (await client.post(f"{running.url}/graphql", json={"query": DOCUMENT}, headers=headers)).json()
        ready = (await client.get(f"{running.url}/readyz")).json()
    assert answer["data"]["customer"]["service"] == {
        "openTicketCount": 1,
        "tickets": {"nodes": [{"number": "T-000001-04", "kind": "COMPLAINT"}]},
    }
    assert ready == {"status": "ready", "departments": dict.fromkeys(ready["departments"], True)}
    assert "service" in ready["departments"]


def test_the_page_shows_code() -> None:
    assert [place for place, _ in CODE] == [
        "# datasources/service/ticket_system.py",
        *["# datasources/service/plain_shapes.py"] * 3,
    ]


@pytest.mark.parametrize(("place", "code"), CODE)
def test_the_code_of_the_page_is_the_code(place: str, code: str) -> None:
    assert code in (ROOT / place.removeprefix("# ")).read_text()


def test_the_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > 3
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
