"""Random requests to a server over PostgreSQL: each is answered with data or a refusal, never with a fault of ours.

CUSTOMER360_TEST_RANDOM_REQUESTS says how many of each kind; CUSTOMER360_TEST_RANDOM_SEED repeats or varies them.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, nodes, queries

from auth.policy import file as policy_file
from auth.tokens.keys import development_key
from auth.tokens.minting import mint
from resolvers.codes import Code
from schema.build import SDL_FILE
from server.settings.environment import load
from server.trust.identity import expected_claims
from tests.conftest import Addresses
from tests.faults.served import served

REQUESTS = int(os.environ.get("CUSTOMER360_TEST_RANDOM_REQUESTS", "100"))
SEED = int(os.environ.get("CUSTOMER360_TEST_RANDOM_SEED", "1"))
SCALARS = {
    name: st.one_of(st.sampled_from(likely).map(nodes.String), st.text(max_size=20).map(nodes.String))
    for name, likely in {
        "Date": ["2026-01-31", "9999-12-31", "2026-02-30"],
        "DateTime": ["2026-01-31T12:00:00Z"],
        "Decimal": ["1.50", "1e400", "NaN"],
        "PhoneNumber": ["+46123456789", "123"],
        "EmailAddress": ["kim@example.com", "@"],
        "CurrencyCode": ["SEK", "S"],
        "CountryCode": ["SE", "XX"],
        "LanguageTag": ["sv", "sv-SE"],
    }.items()
}  # fmt: skip
# What is valid, and what breaks the schema in one place.
QUERIES = st.one_of([queries(SDL_FILE.read_text(), custom_scalars=SCALARS, mode=mode) for mode in Mode])
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
BYTES = st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
BOUNDED = settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
PATIENT = {"deadline_ms": "60000", "department_budget_ms": "60000", "new_documents": "off"}

POLICY = policy_file.load()
NAMED = re.compile(r'\b(number|id): "[^"\\]*"')
NUMBERS = ["C-000001", "C-000002", "SO-000001-014", "T-000001-01"]
FAULTS = {Code.INTERNAL_SERVER_ERROR, Code.CORE_UNAVAILABLE, Code.DEPARTMENT_UNAVAILABLE, Code.ACCESS_LOG_UNAVAILABLE}


@dataclass
class Client:
    """Asks a server from a thread of its own, as any role, and looks at every answer. It counts what came."""

    port: int
    tokens: Mapping[str, str]
    customers: Sequence[str]
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def ask(self, body: bytes, role: str = "service_agent", purpose: str = "care") -> None:
        head = {
            "Accept": "application/graphql-response+json",
            "Authorization": f"Bearer {self.tokens[role]}",
            "Content-Type": "application/json",
            "Customer360-Purpose": purpose,
            "Customer360-Cost": "1",
        }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", "/graphql", body, head)
            response = connection.getresponse()
            status, answer = response.status, orjson.loads(response.read())
        assert status in (200, 400), (status, answer)
        assert ("data" in answer) == (status == 200), answer
        self._look(answer)
        self.statuses[status] += 1

    def _look(self, answer: Any) -> None:
        assert answer.keys() <= {"data", "errors", "extensions"}, answer
        assert answer.get("errors") != [], answer
        for error in answer.get("errors", ()):
            assert isinstance(error["message"], str), answer
            code = Code(error["extensions"]["code"])
            assert code not in FAULTS, answer
            self.codes[code] += 1


@pytest.fixture
async def client(seeded: Addresses, tmp_path: Path) -> AsyncIterator[Client]:
    async with served(seeded, tmp_path, **PATIENT) as server:
        found = await server.ask("{ customers(first: 2) { nodes { id } } }")
        customers = [each["id"] for each in found.body["data"]["customers"]["nodes"]]
        yield Client(server.port, _tokens(tmp_path, customers[0]), customers)


def _tokens(folder: Path, customer: str) -> Mapping[str, str]:
    key, wanted = development_key(folder), expected_claims(load({}), POLICY)
    reached = {"data_subject": {"customer": customer}, "partner_client": {"contract": "acme"}}
    return {
        role: mint(key, wanted, role=role, purposes=set(POLICY.purposes), reach_claims=reached.get(role, {}))
        for role in POLICY.classes
    }


@st.composite
def documents(draw: st.DrawFn, customers: Sequence[str]) -> str:
    """A query in which every other number and id exists."""
    real = {"number": st.sampled_from(NUMBERS), "id": st.sampled_from(customers)}

    def real_value(found: re.Match[str]) -> str:
        return f'{found[1]}: "{draw(real[found[1]])}"' if draw(st.booleans()) else found[0]

    return NAMED.sub(real_value, draw(QUERIES))


async def test_random_queries(client: Client) -> None:
    roles, purposes = st.sampled_from(sorted(POLICY.classes)), st.sampled_from(sorted(POLICY.purposes))

    @seed(SEED)
    @BOUNDED
    @given(documents(client.customers), roles, purposes)
    def each(document: str, role: str, purpose: str) -> None:
        client.ask(orjson.dumps({"query": document}), role, purpose)

    await asyncio.to_thread(each)
    # Both kinds are among them.
    assert client.statuses[200] > client.statuses.total() // 4
    assert client.codes[Code.GRAPHQL_VALIDATION_FAILED] > client.statuses.total() // 4


async def test_random_bodies(client: Client) -> None:
    @seed(SEED)
    @BOUNDED
    @given(JSON_BODIES)
    def each(body: object) -> None:
        client.ask(orjson.dumps(body))

    await asyncio.to_thread(each)


async def test_random_bytes(client: Client) -> None:
    @seed(SEED)
    @BOUNDED
    @given(BYTES)
    def each(body: bytes) -> None:
        client.ask(body)

    await asyncio.to_thread(each)
    assert client.codes.keys() == {Code.BAD_REQUEST}
