"""Non-interference: worlds that differ only in what a viewer may not learn give them the same bytes."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from random import Random

import pytest
from graphql import build_schema

from auth.policy.rules import Policy
from resolvers.graph import Graph
from schema.build import SDL_FILE
from tests.differential.operations import Operations
from tests.differential.pools import Pools
from tests.oracle.world import World
from tests.permissions.attacks.attacks import Copy
from tests.permissions.world.askers import Asker, askers, strangers
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.probes import Probe, Probes
from tests.permissions.world.twins import Tables, Twin
from tests.permissions.world.worlds import Pair, rewrite, served

CASES = int(os.environ.get("CUSTOMER360_NON_INTERFERENCE_CASES", "5200"))
SEED = os.environ.get("CUSTOMER360_NON_INTERFERENCE_SEED", "non-interference")
SUBJECT = "C-000005"
# Of ten cases, how many are random operations; the rest are probes with many values each.
RANDOM_OF_TEN = 5


def _customer(world: World, number: str) -> object:
    return next(row["id"] for row in world.tables["core.customer"] if row["number"] == number)


def _all_askers(matrix: Matrix, world: World) -> list[Asker]:
    return askers(matrix, _customer(world, SUBJECT))


def _ids() -> list[str]:
    named = [f"{who} for {purpose}" for who, purpose in Matrix().pairs()]
    return [*named, "sales_rep for order within a territory", "service_agent for care within a territory"]


@pytest.fixture(scope="module")
async def furnished(copy: Copy, policy: Policy) -> AsyncIterator[Graph]:
    """One graph for every asker: what it caches for one must not reach another."""
    async with served(await copy(), policy) as graph:
        yield graph


@dataclass(frozen=True)
class Twins:
    """Makes twins of the furnished world."""

    furnished: Graph
    rows: World
    policy: Policy
    copy: Copy

    @asynccontextmanager
    async def of(self, asker: Asker, seed: str) -> AsyncIterator[tuple[Pair, Twin, World]]:
        twin = Twin(self.rows.tables, asker, Random(seed))  # noqa: S311 - repeatable, not secret
        made, other = twin.made(), await self.copy()
        await rewrite(other, made)
        async with self.served(other, made) as graph:
            yield Pair(self.furnished, graph), twin, World({**self.rows.tables, **made})

    def served(self, address: str, tables: Tables) -> AbstractAsyncContextManager[Graph]:
        """A graph over the twin with these tables."""
        return served(address, self.policy, like=self.furnished)


@pytest.fixture(scope="module")
def twins(furnished: Graph, original_rows: World, policy: Policy, copy: Copy) -> Twins:
    return Twins(furnished, original_rows, policy, copy)


def _cases(one: World, other: World, seed: str) -> Iterator[Probe]:
    """Operations without end, with values of both worlds."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    schema = build_schema(SDL_FILE.read_text())
    operations = [Operations(schema, Pools(world)) for world in (one, other)]
    probes = iter(Probes([one, other], rng))
    for n in range(10**9):
        if rng.randrange(10) >= RANDOM_OF_TEN:
            yield next(probes)
            continue
        operation = operations[n % 2].made_from(f"{seed} {n}")
        for variables in operation.variables:
            yield operation.document, variables


def _describe_difference(seed: str, asker: Asker, case: Probe, pair: tuple[bytes, bytes]) -> str:
    document, variables = case
    one, other = (each.decode() for each in pair)
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    part = slice(max(0, start - 200), start + 200)
    return f"{seed}, {asker.name}\n{document}\n{variables}\n  one:   {one[part]}\n  other: {other[part]}"


async def _differences(pair: Pair, asker: Asker, cases: Iterator[Probe], seed: str) -> tuple[list[str], Counter[str]]:
    found, outcomes = list[str](), Counter[str]()
    for document, variables in cases:
        one, other = await pair.ask(document, asker.viewer, **variables)
        outcomes[one.outcome] += 1
        if (one.outcome, one.code, one.body) != (other.outcome, other.code, other.body):
            found.append(_describe_difference(seed, asker, (document, variables), (one.body, other.body)))
    return found, outcomes


@pytest.mark.parametrize("number", range(len(_ids())), ids=_ids())
async def test_withheld_cells_and_rows_out_of_scope_change_no_byte(number: int, twins: Twins, matrix: Matrix) -> None:
    everyone = _all_askers(matrix, twins.rows)
    asker, seed = everyone[number], f"{SEED} {number}"
    async with twins.of(asker, seed) as (pair, twin, other):
        cases = islice(_cases(twins.rows, other, seed), CASES // len(everyone) + 1)
        found, outcomes = await _differences(pair, asker, cases, seed)
    assert found == [], f"{len(found)} differences, the first:\n{found[0]}"
    assert outcomes["ok"] > outcomes.total() // 3
    assert twin.changed > 200
    assert twin.dropped > 20


async def test_whom_no_rule_names_learns_nothing_of_a_world_in_which_all_is_different(
    twins: Twins, matrix: Matrix
) -> None:
    nobody = strangers(matrix)
    assert len(nobody) == len(matrix.classes) * (len(matrix.purposes) + 1) - len(list(matrix.pairs()))
    async with twins.of(nobody[0], SEED) as (pair, _, other):
        cases = list(islice(_cases(twins.rows, other, SEED), max(10, CASES // 500)))
        for asker in nobody:
            found, _ = await _differences(pair, asker, iter(cases), SEED)
            assert found == [], f"{len(found)} differences, the first:\n{found[0]}"


async def test_the_twins_do_differ_for_whoever_may_see_all(twins: Twins, matrix: Matrix) -> None:
    """The counter-proof: were a twin no twin, or the cases empty, everything above would hold of nothing."""
    officer = Asker(matrix, "privacy_officer", "rights")
    for asker in _all_askers(matrix, twins.rows):
        if asker.who == "privacy_officer":
            continue
        async with twins.of(asker, SEED) as (pair, _, other):
            found, outcomes = await _differences(pair, officer, islice(_cases(twins.rows, other, SEED), 90), SEED)
        assert len(found) > outcomes.total() // 6, asker.name
