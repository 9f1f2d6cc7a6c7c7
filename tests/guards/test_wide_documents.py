"""Documents wider or more than anybody writes them: answered right, by one statement, and not kept for ever."""

from typing import Any

import orjson
import pytest

from resolvers.planning import plans
from tests.guards.conftest import Asked, House

# In three places, since no document may have more than 200 fields in one.
FIELDS, LISTS = 510, 60
DOCUMENTS, MOST = 30, 10
KEYS = [f"field{number}" for number in range(FIELDS // 3)]


def _asking(selection: str) -> str:
    return f"query ($id: ID!) {{ customer(by: {{ id: $id }}) {{ {selection} }} }}"


def _repeated(field: str) -> str:
    return " ".join(f"{key}: {field}" for key in KEYS)


async def _customer(house: House, selection: str, variables: Asked) -> Any:
    answer = await house.ask(_asking(selection), variables["tiny"][0])
    return orjson.loads(answer.body)["data"]["customer"]


async def test_five_hundred_fields(house_without_limits: House, variables: Asked) -> None:
    one = await _customer(house_without_limits, "displayName privacy { isMinor } party { displayName }", variables)
    name, minor = (_repeated(field) for field in ("displayName", "isMinor"))

    found = await _customer(house_without_limits, f"{name} privacy {{ {minor} }} party {{ {name} }}", variables)

    assert found.pop("privacy") == dict.fromkeys(KEYS, one["privacy"]["isMinor"])
    assert found.pop("party") == dict.fromkeys(KEYS, one["displayName"])
    assert found == dict.fromkeys(KEYS, one["displayName"])
    assert len(house_without_limits.statements) == 1


async def test_sixty_nested_lists(house_without_limits: House, variables: Asked) -> None:
    orders = "orders(first: 3) { nodes { number lines { product { sku } } } }"
    one = (await _customer(house_without_limits, f"sales {{ {orders} }}", variables))["sales"]["orders"]
    asked = " ".join(f"list{number}: {orders}" for number in range(LISTS))

    found = await _customer(house_without_limits, f"sales {{ {asked} }}", variables)

    assert one["nodes"]
    assert found["sales"] == {f"list{number}": one for number in range(LISTS)}
    assert len(house_without_limits.statements) == 1


async def test_a_new_alias_each_time(house: House, variables: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MAX_PLANS_KEPT", MOST)

    for number in range(DOCUMENTS):
        await _customer(house, f"name{number}: displayName", variables)

    assert house.graph.plans.compiled == DOCUMENTS
    assert len(house.graph.plans) == MOST
