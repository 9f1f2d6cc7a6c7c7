import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.project import LOCKS, ROOT, canonical, logical_lines, pin, pins, pyproject

ADDRESS = re.compile(r"://|\bfile:|--(extra-)?index|--find-links|--trusted-host|(^|\s)-[ef]\s|\s@\s")
LOCAL_PATH = re.compile(r"(^|\s)(\.{0,2}/)")
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


def test_there_are_three_locks() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "lock", "run"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_records_no_address(lock: Path) -> None:
    found = [line for line in lock.read_text().splitlines() if ADDRESS.search(line)]
    assert found == []
    assert [line for line in logical_lines(lock) if LOCAL_PATH.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    found = [pin(line) for line in logical_lines(lock)]
    assert found
    for each in found:
        assert each.hashes, each.name
        assert all(SHA256.fullmatch(value) for value in each.hashes), each.name


@pytest.mark.parametrize("address", ["a @ https://host/a.whl", "-e .", "--index-url x", "b @ file:b.whl"])
def test_an_address_would_be_noticed(address: str) -> None:
    assert ADDRESS.search(address)


def test_tests_run_against_the_versions_that_run() -> None:
    run, dev = pins("run"), pins("dev")
    assert {name: dev[name].version for name in run} == {name: each.version for name, each in run.items()}


@pytest.mark.parametrize("lock", ["run", "dev", "lock"])
def test_the_lock_is_what_pyproject_asks_for(lock: str) -> None:
    settings = pyproject()
    asked = settings["project"]["dependencies"] if lock == "run" else settings["dependency-groups"][lock]
    locked = pins(lock)
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(locked[canonical(requirement.name)].version), requirement


def test_no_other_lock_is_kept() -> None:
    assert not (ROOT / "poetry.lock").exists()
    assert "uv.lock" in (ROOT / ".gitignore").read_text().splitlines()
