import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.project import ROOT

SKIPS = {
    "a test": "import pytest\n\ndef test_one() -> None:\n    pytest.skip('no browser')\n",
    "a mark": "import pytest\n\n@pytest.mark.skip(reason='no browser')\ndef test_one() -> None: ...\n",
    "a module": "import pytest\n\npytest.skip('no browser', allow_module_level=True)\n",
}
EXPECTED_FAILURE = "import pytest\n\n@pytest.mark.xfail\ndef test_one() -> None:\n    assert False\n"


def run_strictly(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_planted.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "tests.house.no_skips", "-p", "no:cacheprovider", *options]
    # Without other plugins, pytest starts in a third of the time.
    quick = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [*command, "--rootdir", str(folder), "-c", "/dev/null", str(folder)],
        cwd=ROOT,
        env=quick,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS.keys())
def test_a_skip_fails_and_says_what_was_missing(tmp_path: Path, source: str) -> None:
    outcome = run_strictly(tmp_path, source)
    assert outcome.returncode != 0
    assert "nothing may be skipped here. Skipped: no browser" in outcome.stdout


@pytest.mark.parametrize("source", ["a test", "a module"])
def test_it_fails_in_other_processes_too(tmp_path: Path, source: str) -> None:
    outcome = run_strictly(tmp_path, SKIPS[source], "-p", "xdist", "-n", "2")
    assert outcome.returncode != 0
    assert "nothing may be skipped here. Skipped: no browser" in outcome.stdout


def test_an_expected_failure_stays_one(tmp_path: Path) -> None:
    assert run_strictly(tmp_path, EXPECTED_FAILURE).returncode == 0
