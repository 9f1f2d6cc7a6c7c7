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
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.project import ROOT


class Demo:
    def __init__(self, process: subprocess.Popen[str], folder: Path, out: Path, err: Path) -> None:
        self.process, self.folder, self._out, self._err = process, folder, out, err

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


@contextmanager
def starting(folder: Path, logs: Path) -> Iterator[Demo]:
    """A demo on this data folder; what it prints goes to files in `logs`."""
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
    with (logs / "out").open("w") as out, (logs / "err").open("w") as err:
        environment |= {"PYTHONPATH": str(ROOT), "CUSTOMER360_DATA_DIR": str(folder)}
        process = subprocess.Popen(command, cwd=logs, env=environment, stdout=out, stderr=err, text=True)
        yield Demo(process, folder, logs / "out", logs / "err")
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with starting(folder / ".customer360", folder) as started:
        yield started


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


def test_the_command_for_another_role_can_be_pasted_in_any_folder(demo: Demo, tmp_path: Path) -> None:
    found = re.search(r"^Others see other things:  (.*)$", demo.welcome(), re.MULTILINE)
    assert found is not None
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CUSTOMER360_")}
    made = subprocess.run(
        ["sh", "-c", found[1]], cwd=tmp_path, env=clean, capture_output=True, text=True, check=True, timeout=60
    )
    assert (made.stderr, list(tmp_path.iterdir())) == ("", [])
    (line,) = re.findall(r"^curl .*$", demo.welcome(), re.MULTILINE)
    other = re.sub(r"Bearer [^']*", f"Bearer {made.stdout.strip()}", line).replace(
        "Purpose: care", "Purpose: direct_marketing"
    )
    answer = json.loads(subprocess.check_output(shlex.split(other), text=True, timeout=30))
    assert "errors" not in answer
    assert answer["extensions"]["privacy"]["purpose"] == "direct_marketing"


def test_it_ends_on_sigterm_and_prints_nothing(demo: Demo) -> None:
    demo.welcome()
    before = demo.err
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(30) == 0
    assert demo.err == before


def test_it_ends_on_ctrl_c_and_prints_nothing(demo: Demo, tmp_path: Path) -> None:
    """The data of the demo before are still there."""
    with starting(demo.folder, tmp_path) as again:
        again.welcome()
        before = again.err
        assert "Making" not in before
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(30) == 0
        assert again.err == before
