"""Customers are found by what a person types: other case, normal form, spelling of a domain, form of a number."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

import asyncpg
import orjson
import pytest

from auth.policy.file import load
from auth.policy.reach import Reach, RowScope
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Request
from resolvers.graph import Graph
from server.graphs import build_graph

POLICY = load()
NAMES = {"N1": "İpek Şahin", "N2": "ΟΔΥΣΣΕΥΣ ΕΛΥΤΗΣ", "N3": normalize("NFD", "José Ortega"), "N4": "100%_sure\\Ltd"}
EMAILS = {"E1": "Case.Four@example.com", "E2": "case4@münchen.example", "E3": normalize("NFD", "josé@example.com")}
PHONES = {"P1": "+525512345678", "P2": "+5491123456789", "P3": "+16502530100;ext=123", "P4": "+16502530100;ext=456"}
IDENTIFIERS = {"I1": ("shop", "id", "42"), "I2": ("shop", "id", "42:7"), "I3": ("urn", "isbn", ":1:")}
CUSTOMER = """
INSERT INTO core.customer (number, status, kind, display_name) VALUES ($1, 'ACTIVE', 'INDIVIDUAL', $2) RETURNING id
"""
POINT = "INSERT INTO core.contact_point (customer_id, kind, value, extension) VALUES ($1, $2, $3, $4)"
IDENTIFIER = "INSERT INTO core.identifier (customer_id, system, type, value) VALUES ($1, $2, $3, $4)"


@pytest.fixture(scope="module")
async def customers(addresses: Mapping[str, str]) -> dict[str, str]:
    """The ids of customers by number."""
    connection = await asyncpg.connect(addresses["core"])
    ids = {}
    for number in (*NAMES, *EMAILS, *PHONES, *IDENTIFIERS):
        ids[number] = str(await connection.fetchval(CUSTOMER, number, NAMES.get(number, f"Plain {number}")))
        if number in EMAILS or number in PHONES:
            kind = "EMAIL" if number in EMAILS else "PHONE"
            value, _, extension = (EMAILS.get(number) or PHONES[number]).partition(";ext=")
            await connection.execute(POINT, ids[number], kind, value, extension or None)
        if number in IDENTIFIERS:
            await connection.execute(IDENTIFIER, ids[number], *IDENTIFIERS[number])
    await connection.close()
    return ids


@pytest.fixture(scope="module")
async def graph(addresses: Mapping[str, str], customers: dict[str, str]) -> AsyncIterator[Graph]:
    async with Databases.open(addresses, timeout_ms=60_000) as databases, CoreAccessLog.open(addresses["core"]) as log:
        yield build_graph(databases, POLICY, log, 60_000)


async def ask(graph: Graph, document: str, variables: Mapping[str, Any], own: str | None = None) -> Any:
    role, purpose = ("data_subject", "rights") if own else ("service_agent", "care")
    now, until = datetime.now(UTC), datetime(2100, 1, 1, tzinfo=UTC)
    viewer = Viewer("someone", role, frozenset({purpose}), purpose, None, until, authenticated_at=now)
    if own:
        viewer = Viewer("someone", role, frozenset({purpose}), purpose, None, until, RowScope(Reach.SELF, own))
    request = Request(document, None, variables, viewer, read_only=True, request_id="lookup")
    answer = orjson.loads((await graph.answer(request)).body)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def found_by(graph: Graph, by: str, value: str, own: str | None = None) -> str | None:
    document = "query ($by: CustomerBy!) { customer(by: $by) { number } }"
    customer = (await ask(graph, document, {"by": {by: value}}, own))["customer"]
    return customer and str(customer["number"])


@pytest.mark.parametrize(
    ("prefix", "number"),
    [
        *(
            ("İpek", "N1"),
            ("İPEK ş", "N1"),
            ("ΟΔΥΣΣΕΥΣ", "N2"),
            ("οδυσσευς", "N2"),
            ("οδυσσευσ ελ", "N2"),
            ("ΟΔΥΣ", "N2"),
        ),
        *((normalize("NFC", "José O"), "N3"), (normalize("NFD", "JOSÉ o"), "N3")),
        *(("100%_", "N4"), ("100%_sure\\", "N4")),
    ],
)
async def test_a_name_is_found_by_its_beginning(graph: Graph, prefix: str, number: str) -> None:
    document = "query ($p: String!) { customers(filter: {nameStartsWith: $p}) { nodes { number } } }"
    found = (await ask(graph, document, {"p": prefix}))["customers"]["nodes"]
    assert found == [{"number": number}]


@pytest.mark.parametrize("prefix", ["1__", "100%x", "%", "Jose", "pek"])
async def test_a_name_is_not_found_by_what_does_not_begin_it(graph: Graph, prefix: str) -> None:
    document = "query ($p: String!) { customers(filter: {nameStartsWith: $p}) { nodes { number } } }"
    assert (await ask(graph, document, {"p": prefix}))["customers"]["nodes"] == []


@pytest.mark.parametrize(
    ("address", "number"),
    [
        *(("Case.Four@Example.com", "E1"), ("case.four@example.com", "E1"), ("CASE.FOUR@EXAMPLE.COM", "E1")),
        *(("case4@münchen.example", "E2"), ("case4@xn--mnchen-3ya.example", "E2"), ("CASE4@MÜNCHEN.example", "E2")),
        *((normalize("NFC", "josé@example.com"), "E3"), (normalize("NFD", "JOSÉ@example.com"), "E3")),
        *(("casefour@example.com", None), ("case4@munchen.example", None), ("jose@example.com", None)),
    ],
)
async def test_an_address_is_found_in_any_spelling(graph: Graph, address: str, number: str | None) -> None:
    assert await found_by(graph, "email", address) == number


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        *(("+52 55 1234 5678", "P1"), ("+52 1 55 1234 5678", "P1")),
        *(("+54 11 2345 6789", "P2"), ("+54 9 11 2345-6789", "P2")),
        *(("+1 650-253-0100 ext. 123", "P3"), ("+1 650 253 0100 x456", "P4"), ("+16502530100", None)),
    ],
)
async def test_a_number_is_found_in_any_form(graph: Graph, phone: str, number: str | None) -> None:
    assert await found_by(graph, "phone", phone) == number


@pytest.mark.parametrize(
    ("owner", "value", "is_found"),
    [
        *(("I1", "shop:id:42", True), ("I1", "shop:id:42:7", False), ("I1", "shop:id:42:anything", False)),
        *(("I2", "shop:id:42:7", True), ("I2", "shop:id:42", False), ("I3", "urn:isbn::1:", True)),
        *(("I1", "shop:id", False), ("I1", "shop", False), ("I1", "", False)),
    ],
)
async def test_what_follows_the_second_colon_is_the_value(
    graph: Graph, customers: dict[str, str], owner: str, value: str, is_found: bool
) -> None:
    assert await found_by(graph, "identifier", value, own=customers[owner]) == (owner if is_found else None)
