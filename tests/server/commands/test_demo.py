"""`customer360 demo` as a process: from an empty folder to an answered query."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import ROOT


class Demo:
    def __init__(self, process: subprocess.Popen[str], out: Path, err: Path) -> None:
        self.process, self._out, self._err = process, out, err

    @property
    def err(self) -> str:
        return self._err.read_text()

    def welcome(self) -> str:
        for _ in range(600):
            if "Ctrl+C" in (text := self._out.read_text()):
                return text
            assert self.process.poll() is None, self.err
            time.sleep(0.1)
        raise AssertionError(self.err)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CUSTOMER360_")}
    command = [
        sys.executable,
        "-c",
        "from server.commands.cli import main; main()",
        "demo",
        "--port",
        "0",
        "--customers",
        "20",
    ]
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            command, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=err, text=True
        )
        yield Demo(process, folder / "out", folder / "err")
        process.kill()
        process.wait()


def test_the_curl_line_answers_from_all_departments(demo: Demo) -> None:
    (line,) = re.findall(r"^curl .*$", demo.welcome(), re.MULTILINE)
    answer = json.loads(subprocess.check_output(shlex.split(line), text=True, timeout=30))
    assert "errors" not in answer
    customer = answer["data"]["customer"]
    assert customer["number"] == "C-000001"
    assert customer["finance"]["balance"]["currency"] == "SEK"
    assert len(customer["sales"]["orders"]["nodes"]) == 3
    assert customer["service"]["openTicketCount"] == 1
    assert customer["marketing"]["loyalty"]["tier"]


def test_graphiqls_address_holds_the_token_where_no_server_sees_it(demo: Demo) -> None:
    assert re.search(r"^http://127.0.0.1:\d+/graphiql#token=[\w.-]+&purpose=care$", demo.welcome(), re.MULTILINE)


def test_nothing_is_drawn_over_where_nobody_looks(demo: Demo) -> None:
    demo.welcome()
    assert "Making 20 customers" in demo.err
    assert "\r" not in demo.err


def test_it_ends_in_order_when_told_to(demo: Demo) -> None:
    demo.welcome()
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(30) == 0
    assert "Traceback" not in demo.err
