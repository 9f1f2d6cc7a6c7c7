from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

from tests.house.project import PACKAGES, canonical, pins

OURS = {*PACKAGES, "tests", "bench"}


def top_level_names(distribution: Distribution) -> Iterator[str]:
    for path in distribution.files or []:
        first = path.parts[0]
        if first != ".." and not first.endswith((".dist-info", ".egg-info", ".pth")):
            yield first.split(".")[0]


def locked_and_installed() -> dict[str, Distribution]:
    locked = pins("dev")
    found = {canonical(each.metadata["Name"]): each for each in distributions()}
    return {name: each for name, each in found.items() if name in locked}


def test_every_dependency_of_this_platform_is_looked_at() -> None:
    unconditional = {name for name, each in pins("dev").items() if not each.marker}
    assert unconditional <= locked_and_installed().keys()


def test_no_dependency_brings_a_package_of_our_name() -> None:
    clashes = {
        name: taken
        for name, distribution in locked_and_installed().items()
        if (taken := OURS & set(top_level_names(distribution)))
    }
    assert clashes == {}
