"""Service's subgraph over a ticket system: entities, with the bytes of its tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from datasources.engine.running.databases import Databases
from datasources.service import ticket_system
from datasources.sources.source import Sources
from server.graphs import build_subgraph_graph
from tests.conftest import Addresses
from tests.permissions.world.worlds import Memory
from tests.resolvers.conftest import POLICY
from tests.sources.conftest import PATIENT_MS, Asked
from tests.sources.process import SECRET_OF_TESTS, Remote

ENTITIES = """query($of: [_Any!]!) { _entities(representations: $of) {
  __typename
  ... on Ticket { id number messages(first: 1) { nodes { body } } customer { id service { openTicketCount } } }
  ... on Customer { id service { openTicketCount tickets(first: 1) { nodes { number } } } }
} }"""
TWICE = """query($of: [_Any!]!) {
  a: _entities(representations: $of) {
    ... on Ticket { number messages(first: 1) { nodes { body } } }
    ... on Customer { id service { tickets { nodes { number customer { id service { openTicketCount } } } } } }
  }
  b: _entities(representations: $of) { ... on Ticket { subject } ... on Customer { service { openTicketCount } } }
}"""
LISTED = """{ customers(first: 100%s) { nodes { id service { tickets { nodes { id } } } } pageInfo { endCursor } } }"""
AUDITOR = ("privacy_officer", "rights")


@asynccontextmanager
async def opened(addresses: Addresses, sources: Sources | None) -> AsyncIterator[Asked]:
    async with Databases.open(addresses, timeout_ms=PATIENT_MS, sources=sources) as databases:
        yield Asked(build_subgraph_graph("service", databases, POLICY, Memory(), PATIENT_MS))


@pytest.fixture
async def over_http(seeded: Addresses, remote: Remote) -> AsyncIterator[Asked]:
    """It opens no database but core's."""
    async with (
        ticket_system.open_ticket_system(f"{remote.url}/seeded", SECRET_OF_TESTS, 8) as service,
        opened({"core": seeded["core"]}, {"service": service}) as subgraph,
    ):
        yield subgraph


@pytest.fixture
async def in_tables(seeded: Addresses) -> AsyncIterator[Asked]:
    async with opened({name: seeded[name] for name in ("core", "service")}, None) as subgraph:
        yield subgraph


async def everybody(graph: Asked) -> list[Any]:
    """The first 200 customers, with their tickets."""
    first = (await graph.json(LISTED % "", AUDITOR))["data"]["customers"]
    after = f', after: "{first["pageInfo"]["endCursor"]}"'
    return [*first["nodes"], *(await graph.json(LISTED % after, AUDITOR))["data"]["customers"]["nodes"]]


def of_type(type_: str, ids: list[str]) -> list[dict[str, str]]:
    return [{"__typename": type_, "id": each} for each in ids]


async def test_customers_are_asked_for_by_the_hundred(
    over_http: Asked, in_tables: Asked, in_sql: Asked, remote: Remote
) -> None:
    of = of_type("Customer", [each["id"] for each in await everybody(in_sql)])
    assert await over_http.body(ENTITIES, of=of) == await in_tables.body(ENTITIES, of=of)
    asked, columns = remote.asked(), "customer_id,id,number,opened_at,retain_until,status"
    found = (await over_http.json(ENTITIES, of=of))["data"]["_entities"]
    # Of those whose processing is restricted nothing is shown, and nothing is asked.
    shown = sum(each["service"]["openTicketCount"] is not None for each in found)
    assert len(found) == 200 > shown
    assert asked == [f"tickets of {size} by customer_id: {columns}" for size in (100, shown - 100)]


async def test_objects_by_their_ids_however_many_of_one_customer(
    over_http: Asked, in_tables: Asked, in_sql: Asked, remote: Remote
) -> None:
    found = await everybody(in_sql)
    ids = [ticket["id"] for each in found[:60] for ticket in each["service"]["tickets"]["nodes"]]
    owners = {each.split("_")[1] for each in ids}
    assert len(ids) > len(owners) > 10
    unknown = f"Ticket_{found[0]['id']}_{found[1]['id']}"
    of = of_type("Ticket", [*ids, unknown, ids[0]])
    answer = await over_http.json(ENTITIES, of=of)
    assert [each and each["id"] for each in answer["data"]["_entities"]] == [*ids, None, ids[0]]
    asked = remote.asked()
    assert await over_http.body(ENTITIES, of=of) == await in_tables.body(ENTITIES, of=of)
    number = len(owners | {found[0]["id"]})
    assert asked == [
        f"messages of {number} by customer_id: body,customer_id,id,sent_at,ticket_id",
        f"tickets of {number} by customer_id: customer_id,id,number,retain_until,status",
    ]


async def test_objects_of_several_types_and_fields_are_asked_for_at_once(
    over_http: Asked, in_tables: Asked, in_sql: Asked, remote: Remote
) -> None:
    found = await everybody(in_sql)
    of = of_type("Customer", [each["id"] for each in found[:20]])
    of += of_type("Ticket", [ticket["id"] for each in found[10:40] for ticket in each["service"]["tickets"]["nodes"]])
    assert await over_http.body(TWICE, of=of) == await in_tables.body(TWICE, of=of)
    assert [line.split()[0] for line in remote.asked()] == ["messages", "tickets"]


async def test_one_whose_system_fails_is_null_with_an_error(over_http: Asked, in_sql: Asked, remote: Remote) -> None:
    (one, *_) = [each["id"] for each in await everybody(in_sql)]
    remote.fail("status 500")
    answer = await over_http.json(ENTITIES, of=of_type("Customer", [one]))
    assert answer["data"]["_entities"] == [{"__typename": "Customer", "id": one, "service": None}]
    assert [each["path"] for each in answer["errors"]] == [["_entities", 0, "service"]]
