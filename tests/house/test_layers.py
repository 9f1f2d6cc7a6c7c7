import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.project import PACKAGES, ROOT

# Importing package, imported package, and the contract that must fail.
PLANTED = [
    ("auth", "datasources", "layers"),
    ("auth", "migrations", "auth-alone"),
    ("datasources", "resolvers", "layers"),
    ("resolvers", "schema", "layers"),
    ("schema", "server", "layers"),
    ("migrations", "schema", "migrations-below"),
    ("server", "sqlalchemy", "one-door-to-sql"),
    ("resolvers", "asyncpg", "one-door-to-sql"),
    ("datasources", "strawberry", "no-graph-below-resolvers"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's packages and settings, for planted imports."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=_all_but_python)
    return folder


def _all_but_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_file() and not name.endswith(".py")]


def lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", folder / ".cache", *chosen],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_house_stands(copy: Path) -> None:
    outcome = lint_imports(copy)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(("importer", "imported", "contract"), PLANTED)
def test_an_import_against_the_order_is_noticed(copy: Path, importer: str, imported: str, contract: str) -> None:
    planted = copy / importer / "planted.py"
    planted.write_text(f"import {imported}\n")
    try:
        outcome = lint_imports(copy, contract)
    finally:
        planted.unlink()
    assert outcome.returncode == 1, outcome.stdout
    assert f"{importer}.planted -> {imported}" in outcome.stdout
