"""A folder is a wing with one purpose: few modules, so that a reader finds the right one by its name."""

from collections import Counter
from pathlib import Path
from statistics import median

from tests.house.project import ROOT
from tests.house.style.modules import modules

MAX_MODULES = 15
MAX_MEDIAN = 8
# Lists: a module for each migration, golden answer or command.
LISTS = ("migrations", "tests/golden", "server/commands")


def folder_sizes() -> dict[str, int]:
    """Modules by folder, without the `__init__.py` that describes the folder."""
    folders = (module.path.parent.relative_to(ROOT) for module in modules() if module.path.stem != "__init__")
    return {str(folder): size for folder, size in Counter(folders).items() if not _is_list(folder)}


def _is_list(folder: Path) -> bool:
    return any(folder.is_relative_to(each) for each in LISTS)


def test_no_folder_is_crowded() -> None:
    crowded = {name: size for name, size in folder_sizes().items() if size > MAX_MODULES}
    assert crowded == {}


def test_the_median_folder_is_small() -> None:
    assert median(folder_sizes().values()) <= MAX_MEDIAN
