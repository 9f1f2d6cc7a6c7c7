"""Random operations: the server, fused and apart, answers as the oracle does. CUSTOMER360_DIFFERENTIAL asks for more.

CUSTOMER360_DIFFERENTIAL=50000 python -m pytest tests/differential -o faulthandler_timeout=0
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from auth.policy.file import load as load_policy
from auth.policy.rules import Policy
from datasources.sample.seed import seed
from tests.conftest import SEEDED_TODAY, Addresses
from tests.differential.arena import Arena, Place, opened
from tests.differential.changes import KINDS
from tests.differential.operations import Operation, Operations
from tests.differential.pools import Pools
from tests.differential.salt import sprinkle
from tests.differential.viewers import Asker, askers, made_up, seeing, viewer

OPERATIONS = int(os.environ.get("CUSTOMER360_DIFFERENTIAL", "2000"))
SEED = os.environ.get("CUSTOMER360_DIFFERENTIAL_SEED", "1")
CUSTOMERS = 150
# So many are asked at once: while the databases work on some, the oracle works on others.
AT_ONCE = 4
# A policy made up takes the place of ours now and then.
MADE_UP = 8
EVERY_MADE_UP = 5
# A failure shows this many differences, each with what is needed to see it again.
MOST_SHOWN = 5

OUTCOMES = (
    "BAD_CURSOR",
    "BAD_USER_INPUT",
    "USE_WITHHELD",
    "has a next page",
    "has a previous page",
    "has entries",
    "has no entries",
    "mask",
    "masked to the last four",
    "reason bought together",
    "reason popular in segment",
    "reason repurchase",
    "told why a row is withheld",
    "withhold",
)


# A variable with a default may stand where no null may, and still be given as null.
NULLS = (
    'query ($n: String = "T-000001-01") { ticket(number: $n) { number } }',
    'query ($n: ID = "Nothing_of_this") { node(id: $n) { id } }',
    "query ($n: CustomerStatus = ACTIVE) { customers(filter: { statuses: [$n] }) { totalCount } }",
    "query ($n: CustomerOrderField = NAME) { customers(orderBy: { field: $n }) { totalCount } }",
    "query ($n: OrderDirection) { customers(orderBy: { field: NAME, direction: $n }) { totalCount } }",
    'query ($n: CustomerBy = { number: "C-000001" }) { customer(by: $n) { number } }',
    "query ($n: Boolean = true) { customers { nodes { number @skip(if: $n) } totalCount } }",
    "query ($n: Boolean = true) { customers { nodes @include(if: $n) { number } totalCount } }",
)


@dataclass
class Tally:
    """What was asked, and what differed."""

    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    asked: Counter[Asker] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
async def place(addresses: Addresses, addresses_apart: Addresses) -> AsyncIterator[Place]:
    for each in (addresses, addresses_apart):
        await seed(each, customers=CUSTOMERS, seed=11, today=SEEDED_TODAY)
        await sprinkle(each)
    async with opened(addresses, addresses_apart) as found:
        yield found


@pytest.fixture(scope="module")
async def tally(place: Place) -> Tally:
    """All operations, asked once."""
    told = Tally()
    policy = load_policy()
    arena = place.arena(policy)
    others = [place.arena(made_up(number)) for number in range(MADE_UP)]
    operations = Operations(arena.oracle.schema, Pools(place.world))
    turns = _turns(policy)
    for first in range(0, OPERATIONS, AT_ONCE):
        seeds = [f"{SEED}-{number}" for number in range(first, min(first + AT_ONCE, OPERATIONS))]
        asked = [_turn(arena, others, operations.made_from(each), each, next(turns), told) for each in seeds]
        for found in await asyncio.gather(*asked):
            told.differences += found
    for each in (arena, *others):
        told.outcomes.update(each.outcomes)
    return told


def _turns(policy: Policy) -> Iterator[Asker | int]:
    """Who asks next: everybody once, then by chance, more often those that see more; or a policy made up."""
    rng = Random(f"turns {SEED}")  # noqa: S311 - repeatable, not secret
    yield from askers(policy)
    wide = seeing(policy)
    while True:
        yield rng.randrange(MADE_UP) if rng.random() * EVERY_MADE_UP < 1 else rng.choice(wide)


async def _turn(
    arena: Arena, others: Sequence[Arena], operation: Operation, seed_: str, turn: Asker | int, told: Tally
) -> list[str]:
    told.kinds.update(operation.kinds)
    if isinstance(turn, int):
        arena, turn = others[turn], ("tester", "testing")
    told.asked[turn] += 1
    rng = Random(f"viewer {seed_}")  # noqa: S311 - repeatable, not secret
    return await arena.compare(operation, viewer(arena.policy, turn, operation.about, rng), seed_)


@pytest.mark.parametrize("document", NULLS)
async def test_a_null_where_none_may_be_is_refused(place: Place, document: str) -> None:
    arena = place.arena(load_policy())
    asker = viewer(arena.policy, ("service_agent", "care"), None, Random(0))  # noqa: S311 - repeatable, not secret
    operation = Operation(document, ({"n": None},), frozenset(), None)
    assert not await arena.compare(operation, asker, "nulls")
    assert arena.outcomes["BAD_USER_INPUT"]


def test_the_server_answers_as_the_oracle_does(tally: Tally) -> None:
    shown = "\n\n".join(sorted(tally.differences, key=len)[:MOST_SHOWN])
    assert not tally.differences, f"{len(tally.differences)} of {OPERATIONS} operations differ\n\n{shown}"


def test_every_kind_of_document_came_up(tally: Tally) -> None:
    assert not [kind for kind in KINDS if not tally.kinds[kind]], tally.kinds


def test_every_kind_of_answer_came_up(tally: Tally) -> None:
    assert not [kind for kind in OUTCOMES if not tally.outcomes[kind]], tally.outcomes


def test_everybody_asked_for_every_purpose_and_for_none(tally: Tally) -> None:
    assert not [each for each in askers(load_policy()) if not tally.asked[each]]
