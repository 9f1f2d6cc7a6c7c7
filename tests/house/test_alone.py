import os
import re
import subprocess
import sys
from pathlib import Path

from tests.house.project import ROOT

PLANTED = """
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_both_processes_are_there() -> None:
    (HERE / "{name} is there").touch()
    until = time.monotonic() + 60
    while not (HERE / "{other} is there").exists():
        assert time.monotonic() < until
        time.sleep(0.01)


{mark}
@pytest.mark.parametrize("number", range(20))
def test_one(number: int) -> None:
    for what in ("begins", "ends"):
        with (HERE / "said").open("a") as said:
            said.write(f"{name} {{what}}\\n")
        time.sleep(0.01)
"""
OVERLAP = re.compile(r"^(\w+) begins\n(?!\1 ends)", re.MULTILINE)


def test_beside_one_that_is_alone_no_other_runs(tmp_path: Path) -> None:
    for name, other, mark in (("one", "other", "@pytest.mark.alone"), ("other", "one", "")):
        (tmp_path / f"test_{name}.py").write_text(PLANTED.format(name=name, other=other, mark=mark))
    hook = "from tests.house.alone import pytest_runtest_protocol as pytest_runtest_protocol\n"
    (tmp_path / "conftest.py").write_text(hook)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = alone\n")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadfile", str(tmp_path)]
    quick = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=quick, check=False, capture_output=True, text=True)
    assert "42 passed" in done.stdout, done.stdout
    assert not OVERLAP.search((tmp_path / "said").read_text())
