"""A reference to another customer is null unless that customer exists for the viewer."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import Uuid

from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from datasources.core import tables
from datasources.core.shapes import SHAPES
from datasources.shapes import OtherCustomer
from resolvers.graph import Graph
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world.askers import CONTRACT, Asker
from tests.permissions.world.worlds import ask, run, served

DOCUMENT = "query($by: CustomerBy!) { customer(by: $by) { number party { ... on Organization { parentId } } } }"
MANY = "{ customers(first: 100) { nodes { id party { ... on Organization { parentId } } } } }"


class World:
    """A firm, and a graph over a world in which its parent can be any customer."""

    def __init__(self, graph: Graph, address: str, firm: UUID) -> None:
        self.graph, self.address, self.firm = graph, address, firm

    async def parent_for(self, asker: Asker, parent: UUID) -> Any:
        await run(self.address, f"UPDATE core.customer SET parent_id = '{parent}' WHERE id = '{self.firm}'")  # noqa: S608
        answer = await ask(self.graph, DOCUMENT, asker.viewer, by={"id": str(self.firm)})
        one = orjson.loads(answer.body)["data"]["customer"]["party"]["parentId"]
        listed = orjson.loads((await ask(self.graph, MANY, asker.viewer)).body)["data"]["customers"]["nodes"]
        firms = {each["id"]: each["party"].get("parentId") for each in listed}
        assert firms.get(str(self.firm), one) == one
        return one


@pytest.fixture(scope="module")
async def world(copy: Copy, arena: Field, policy: Policy) -> AsyncIterator[World]:
    """The firm consents to marketing and is linked to the partner's contract."""
    address = await copy()
    firm = arena.customer(lambda row: row["kind"] == "ORGANIZATION" and row["flags"] & 1 and not row["flags"] & 112)
    link = f"INSERT INTO core.partner_link VALUES ('{CONTRACT}', '{firm['id']}') ON CONFLICT DO NOTHING"  # noqa: S608
    await run(address, link)
    async with served(address, policy) as graph:
        yield World(graph, address, firm["id"])


async def test_a_parent_that_exists_for_the_viewer_is_shown(world: World, arena: Field) -> None:
    agent, parent = arena.asker("service_agent", "care"), arena.ordinary()
    assert await world.parent_for(agent, parent["id"]) == str(parent["id"])


async def test_an_erased_parent_is_null(world: World, arena: Field) -> None:
    erased = next(row for row in arena.rows.tables["core.customer"] if row["status"] == "ERASED")
    assert await world.parent_for(arena.asker("service_agent", "care"), erased["id"]) is None
    assert await world.parent_for(arena.asker("privacy_officer", "rights"), erased["id"]) is None


async def test_a_parent_is_shown_as_far_as_the_class_may_know_of_it(world: World, arena: Field) -> None:
    campaigner = arena.asker("marketing_campaigner", "direct_marketing")
    agent = arena.asker("service_agent", "care")
    for parent in (arena.ordinary(), arena.restricted()):
        is_restricted = bool(parent["flags"] & 64)
        assert await world.parent_for(agent, parent["id"]) == str(parent["id"])
        assert await world.parent_for(campaigner, parent["id"]) == (None if is_restricted else str(parent["id"]))


async def test_a_parent_out_of_reach_is_null(world: World, arena: Field) -> None:
    linked = arena.linked()
    inside = arena.customer(lambda row: row["id"] in linked and not row["flags"] & 96 and row["id"] != world.firm)
    outside = arena.customer(lambda row: row["id"] not in {*linked, world.firm} and not row["flags"] & 96)
    partner = arena.asker("service_agent", "care", RowScope(Reach.LINKED, CONTRACT))
    assert await world.parent_for(partner, inside["id"]) == str(inside["id"])
    assert await world.parent_for(partner, outside["id"]) is None


def test_each_column_that_names_another_customer_is_such_a_reference() -> None:
    """A new one in core's table of customers has to be declared so too."""
    named = {each.name for each in tables.customer.c if isinstance(each.type, Uuid)} - {"id"}
    declared = {each.column for shape in SHAPES for each in shape.fields.values() if isinstance(each, OtherCustomer)}
    assert declared == named == {"parent_id"}
