"""A pytest plugin: no other test runs beside a test marked `alone`, in any process."""

import fcntl
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

HELD, GOES_ON = pytest.StashKey[ExitStack](), pytest.StashKey[bool]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order their folders first, because later they would wait for long tests of other processes."""
    if _is_one_of_several(config):
        first = {item.path.parent for item in items if _is_alone(item)}
        items.sort(key=lambda item: item.path.parent not in first)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, bool, bool]:
    stash = item.session.stash
    held = stash.setdefault(HELD, ExitStack())
    if not stash.get(GOES_ON, False):
        held.enter_context(_hold_room(item.config, alone=_is_alone(item)))
    try:
        return (yield)
    finally:
        # Consecutive tests keep the lock, because their module's fixtures go on running.
        stash[GOES_ON] = nextitem is not None and _is_alone(item) and _is_alone(nextitem)
        if not stash[GOES_ON]:
            held.close()


def _is_one_of_several(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@contextmanager
def _hold_room(config: pytest.Config, *, alone: bool) -> Iterator[None]:
    if not _is_one_of_several(config):
        yield
        return
    # Locks lie in the run's folder, so that separate runs do not wait for each other.
    folder = Path(config.getoption("basetemp")).parent
    with ExitStack() as held:
        # A test that waits to be alone holds the door, so that no later test passes it.
        with _locked(folder / "door", fcntl.LOCK_EX):
            held.enter_context(_locked(folder / "room", fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, how)
        yield
