"""Every protection taken out in turn: the fixed suite notices each."""

from collections.abc import AsyncIterator

import pytest

from auth.departments import DEPARTMENTS
from auth.policy.rules import Policy
from tests.oracle.world import load
from tests.permissions.attacks.attacks import Copy
from tests.permissions.mutants import suite
from tests.permissions.mutants.mutants import MUTANTS
from tests.permissions.mutants.suite import Suite
from tests.permissions.world import worlds

killed: dict[str, str] = {}


@pytest.fixture(scope="module")
async def fixed(
    database_url: str, copy: Copy, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Suite]:
    address = await copy()
    facts = await suite.furnished(address)
    rows = await load(dict.fromkeys(DEPARTMENTS, address))

    async def again() -> str:
        return await worlds.copy_database(database_url, worlds.name_of(address))

    made = [await again()]
    folder = tmp_path_factory.mktemp("policies")
    async with suite.opened(made[0], rows, again, policy, facts, folder) as found:
        yield found


async def test_the_server_as_it_is_leaks_nothing(fixed: Suite) -> None:
    assert await fixed.leak() is None


@pytest.mark.parametrize("name", MUTANTS)
async def test_the_suite_notices(name: str, fixed: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    told = await _noticed(fixed)
    assert told is not None
    killed[name] = told


async def _noticed(fixed: Suite) -> str | None:
    """A mutant that crashes has been noticed too: nothing came out of it."""
    try:
        return await fixed.leak()
    except (KeyError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: nothing was answered"


def test_the_score(request: pytest.FixtureRequest) -> None:
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\nmutants noticed: {len(killed)} of {len(MUTANTS)}")
        for name, told in killed.items():
            reporter.write_line(f"  {name}: {told}")
    assert set(killed) == set(MUTANTS)
