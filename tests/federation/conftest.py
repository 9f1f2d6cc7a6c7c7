"""The subgraphs over seeded customers, and the two installs of Node packages that tests of gateways need."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.federation.composers import need_node
from tests.federation.stack import Stack, running_stack
from tests.federation.subgraph import Subgraph, open_subgraph


@pytest.fixture(scope="module", params=["apart", "together"])
async def addresses_of(
    request: pytest.FixtureRequest, seeded: dict[str, str], seeded_apart: dict[str, str]
) -> dict[str, str]:
    """Each department in a database of its own, or all in one."""
    return seeded_apart if request.param == "apart" else seeded


@pytest.fixture(scope="module")
async def whole(addresses_of: dict[str, str]) -> AsyncIterator[Subgraph]:
    async with open_subgraph(addresses_of, None) as graph:
        yield graph


@pytest.fixture(scope="module")
async def core(addresses_of: dict[str, str]) -> AsyncIterator[Subgraph]:
    async with open_subgraph(addresses_of, "core") as graph:
        yield graph


@pytest.fixture(scope="module")
async def finance(addresses_of: dict[str, str]) -> AsyncIterator[Subgraph]:
    async with open_subgraph(addresses_of, "finance") as graph:
        yield graph


@pytest.fixture(scope="package")
def stack(seeded_apart: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    need_node()
    with running_stack(seeded_apart, tmp_path_factory.mktemp("stack")) as started:
        yield started
