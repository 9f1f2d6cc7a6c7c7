import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.project import ROOT, own_files, pyproject, text_of
from tests.house.style.test_prose import UNNAMED

# Absolute paths that exist on one machine and not in a checkout.
MACHINE_PATH = re.compile(r"(?<![\w./$}>)*-])/(?:work|root|home|Users|mnt|opt|tmp)/[\w.]")
# The recipe of an image may name paths inside the image.
IMAGE = re.compile(r"(^|/)(deploy/|Dockerfile|Containerfile)")
# Joined here, so that this file does not contain them.
REGISTRIES = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
# Files of ours that a page names in code, and relative links.
OWN_FILE = re.compile(r"`((?:server|schema|resolvers|datasources|auth|migrations|tests|bench|deploy|docs)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
SETTING = re.compile(r"\bCUSTOMER360_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {
        f"{name_of(path)}: {match.group()}"
        for path in own_files()
        if not IMAGE.search(name_of(path))
        for match in MACHINE_PATH.finditer(text_of(path))
    }
    assert found == set()


@pytest.mark.parametrize("folder", ["work", "root", "home", "tmp", "opt"])
def test_a_machine_path_would_be_noticed(folder: str) -> None:
    assert MACHINE_PATH.search(f'open("/{folder}/x")')
    assert not MACHINE_PATH.search(f"a route like graph/{folder}/x")


def test_no_file_names_a_registry() -> None:
    found = {
        f"{name_of(path)}: {registry}" for path in own_files() for registry in REGISTRIES if registry in text_of(path)
    }
    assert found == set()


def test_node_locks_record_no_address() -> None:
    locks = [path for path in own_files() if path.name == "package-lock.json"]
    assert [name_of(path) for path in locks if '"resolved"' in text_of(path)] == []


def test_every_setting_is_documented() -> None:
    settings, page = ROOT / "server" / "settings" / "environment.py", ROOT / "docs" / "settings.md"
    if not settings.exists() or not page.exists():
        pytest.skip("the settings are not written yet")
    read, documented = (set(SETTING.findall(path.read_text())) for path in (settings, page))
    assert read
    assert read - documented == set()


def test_every_dependency_is_argued_for() -> None:
    settings = pyproject()
    groups = settings["dependency-groups"]
    asked = {Requirement(line).name for line in [*settings["project"]["dependencies"], *groups["dev"], *groups["lock"]]}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    assert {name for name in asked if f"`{name}`" not in page} == set()


def test_the_papers_name_files_that_exist() -> None:
    missing = {
        f"{name_of(page)}: {name}"
        for page in own_files()
        if page.suffix == ".md"
        for name in OWN_FILE.findall(text_of(page))
        if not (ROOT / name).exists()
    }
    assert missing == set()


def test_the_papers_links_lead_somewhere() -> None:
    broken = {
        f"{name_of(page)}: {link}"
        for page in own_files()
        if page.suffix == ".md"
        for link in LINK.findall(text_of(page))
        if not (page.parent / link).exists()
    }
    assert broken == set()


def test_the_papers_name_their_subjects() -> None:
    found = {
        f"{name_of(page)}: {word}"
        for page in own_files()
        if page.suffix == ".md" and not page.is_relative_to(ROOT / "server")
        for word in UNNAMED.findall(text_of(page))
    }
    assert found == set()


def test_the_bars_show_the_figures_of_the_tables() -> None:
    tables, bars = ((ROOT / "docs" / f"benchmarks.{kind}").read_text() for kind in ("md", "svg"))
    medians = re.findall(r"^\| (?!customer360-)[\w-]+ \| ([\d,]+) \(", tables, re.MULTILINE)
    assert medians
    assert sorted(re.findall(r">([\d,]+)</text>", bars)) == sorted(medians)


def test_every_decision_record_has_a_number_of_its_own() -> None:
    records = [path.name for path in own_files() if path.parent == ROOT / "docs" / "adr"]
    numbers = [name[:4] for name in records]
    assert sorted(numbers) == sorted(set(numbers))
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        assert path.read_text().startswith(f"# {path.name[:4]}: "), path.name
