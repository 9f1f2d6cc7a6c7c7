"""The code with the sixth department, and a database that has its tables and sample data."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.adding.extended import Extended
from tests.conftest import Addresses
from tests.house.project import PACKAGES, ROOT

PAGE = (ROOT / "docs" / "adding.md").read_text()
DIFFS = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory, addresses: Addresses) -> Extended:
    """A copy of the code with all of the page's differences, over a database of the other five departments."""
    folder = tmp_path_factory.mktemp("adding")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for difference in sorted(DIFFS, key=_is_department, reverse=True):
        _apply(difference, folder)
    made = Extended(folder, addresses["core"])
    (folder / "schema" / "customer360.graphql").write_text(made.run("schema", "print"))
    made.run("db", "upgrade")
    made.run("seed", "--customers", "20", "--seed", "7")
    return made


def _is_department(difference: str) -> bool:
    """The page explains a field first, and shows it on the department that comes second."""
    return "auth/departments.py" in difference


def _apply(difference: str, folder: Path) -> None:
    subprocess.run(["git", "apply", "-"], cwd=folder, input=difference, text=True, check=True)
