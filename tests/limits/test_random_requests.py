"""Random requests over the printed schema: whatever is sent, the answer is data or a refusal, never a fault of ours.

CUSTOMER360_TEST_RANDOM_REQUESTS says how many; CUSTOMER360_TEST_RANDOM_SEED repeats or varies them.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from auth.policy_file import load
from bench.abuse import Endpoint
from datasources.access_log import CoreAccessLog
from datasources.databases import Databases
from schema.build import SDL_FILE, build_graph
from tests.conftest import Addresses

REQUESTS = int(os.environ.get("CUSTOMER360_TEST_RANDOM_REQUESTS", "150"))
SEED = int(os.environ.get("CUSTOMER360_TEST_RANDOM_SEED", "1"))
SCALARS = {
    name: st.one_of(st.sampled_from(likely).map(nodes.String), st.text(max_size=20).map(nodes.String))
    for name, likely in {
        "Date": ["2026-01-31", "2026-02-30"],
        "DateTime": ["2026-01-31T12:00:00Z"],
        "Decimal": ["1.50", "NaN"],
        "PhoneNumber": ["+46123456789", "123"],
        "EmailAddress": ["kim@example.com", "@"],
        "CurrencyCode": ["SEK", "S"],
        "CountryCode": ["SE", "XX"],
        "LanguageTag": ["sv", "sv-SE"],
    }.items()
}  # fmt: skip
QUERIES = queries(SDL_FILE.read_text(), custom_scalars=SCALARS)
PATIENT_MS = 30_000
Ask = Callable[[bytes], tuple[int, str]]
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=12,
)
JSON_BODIES = JSON | st.fixed_dictionaries(
    {"query": JSON | st.sampled_from(["{ __typename }", "query ($a: Int) { customers(first: $a) { totalCount } }"])},
    optional={"variables": JSON, "operationName": JSON, "documentId": JSON, "extensions": JSON},
)
BOUNDED = settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def ask(seeded: Addresses) -> Iterator[Ask]:
    """Asks the real graph over HTTP's own code, and says how each request was answered."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        endpoint = runner.run(_opened(stack, seeded))
        yield lambda body: runner.run(endpoint.ask(body, {}))
        runner.run(stack.aclose())


async def _opened(stack: AsyncExitStack, addresses: Addresses) -> Endpoint:
    databases = await stack.enter_async_context(Databases.open(addresses))
    log = await stack.enter_async_context(CoreAccessLog.open(addresses["core"]))
    return Endpoint.over(build_graph(databases, load(), log, PATIENT_MS))


def test_random_queries(ask: Ask) -> None:
    answered = Counter[int]()

    @seed(SEED)
    @BOUNDED
    @given(QUERIES)
    def each(query: object) -> None:
        status, code = ask(orjson.dumps({"query": query}))
        assert status in (200, 400), (status, code, query)
        answered[status] += 1

    each()
    # Most of them are run: they are valid, and few ask for too much.
    assert answered[200] > answered.total() // 2


def test_random_bodies(ask: Ask) -> None:
    @seed(SEED)
    @BOUNDED
    @given(JSON_BODIES)
    def each(body: object) -> None:
        status, code = ask(orjson.dumps(body))
        assert status in (200, 400, 401), (status, code, body)

    each()


def test_random_bytes(ask: Ask) -> None:
    @seed(SEED)
    @BOUNDED
    @given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def each(body: bytes) -> None:
        assert ask(body) == (400, "BAD_REQUEST"), body

    each()
