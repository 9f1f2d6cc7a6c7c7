"""Tests marked `alone` have the machine to themselves, however many processes run the others."""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

HELD, GOES_ON = pytest.StashKey[ExitStack](), pytest.StashKey[bool]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Their folders come first: later they would wait for some long test of another process."""
    if _is_one_of_several(config):
        first = {item.path.parent for item in items if _is_alone(item)}
        items.sort(key=lambda item: item.path.parent not in first)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, bool, bool]:
    stash = item.session.stash
    held = stash.setdefault(HELD, ExitStack())
    if not stash.get(GOES_ON, False):
        held.enter_context(_place(item.config, alone=_is_alone(item)))
    try:
        return (yield)
    finally:
        # Those that follow each other keep the machine: what their module has started is there for all of them.
        stash[GOES_ON] = nextitem is not None and _is_alone(item) and _is_alone(nextitem)
        if not stash[GOES_ON]:
            held.close()


def _is_one_of_several(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@contextmanager
def _place(config: pytest.Config, *, alone: bool) -> Iterator[None]:
    if not _is_one_of_several(config):
        yield
        return
    # In the folder of the run: what is run by hand meanwhile waits for nobody.
    folder = Path(config.getoption("basetemp")).parent
    with ExitStack() as held:
        # Who waits to be alone waits in the door, or the others would go on passing by.
        with _locked(folder / "door", fcntl.LOCK_EX):
            held.enter_context(_locked(folder / "room", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, how)
        yield
