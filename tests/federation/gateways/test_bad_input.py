"""What subgraphs are sent by who is no gateway, or a bad one: over HTTP, as it would come."""

from typing import Any

import httpx2 as httpx
import orjson
import pytest

from resolvers.planning.entities import MAX_REPRESENTATIONS
from tests.federation.stack import Stack, http_client
from tests.federation.subgraph import ENTITIES, PAYMENT, of_type

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FINANCE = ENTITIES % "... on Customer { id finance { balance { amount } } }"
MODERN = "application/graphql-response+json"


async def send(stack: Stack, of: Any, *, token: bool = True, accept: str = MODERN) -> httpx.Response:
    headers = {**stack.headers(PAYMENT), "accept": accept}
    if not token:
        del headers["authorization"]
    async with http_client() as client:
        body = {"query": FINANCE, "variables": {"of": of}}
        return await client.post(stack.urls["finance"], json=body, headers=headers)


async def known(stack: Stack) -> list[str]:
    page = "{ customers(first: 5) { nodes { id } } }"
    return [each["id"] for each in (await stack.ask("whole", page, PAYMENT))["data"]["customers"]["nodes"]]


@pytest.mark.parametrize("accept", [MODERN, "application/json"])
async def test_ten_thousand_are_refused_at_the_door(stack: Stack, accept: str) -> None:
    await stack.counts()
    answer = await send(stack, of_type("Customer", UNKNOWN) * 10_000, accept=accept)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "10000 values" in error["message"]
    assert "data" not in answer.json()
    assert (await stack.counts())["finance"]["statements"] == {}


@pytest.mark.parametrize(("accept", "status"), [(MODERN, 400), ("application/json", 200)])
async def test_too_many_are_refused_and_nobody_is_asked(stack: Stack, accept: str, status: int) -> None:
    await stack.counts()
    answer = await send(stack, of_type("Customer", UNKNOWN) * (MAX_REPRESENTATIONS + 1), accept=accept)
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REPRESENTATION"
    assert str(MAX_REPRESENTATIONS) in error["message"]
    assert "data" not in answer.json()
    assert (await stack.counts())["finance"]["statements"] == {}


async def test_more_than_a_body_may_hold_is_not_read(stack: Stack) -> None:
    answer = await send(stack, of_type("Customer", UNKNOWN * 100) * 1_000)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")


async def test_duplicates_are_answered_each_in_its_place_and_asked_for_once(stack: Stack) -> None:
    first, second, *_ = await known(stack)
    await stack.counts()
    answer = await send(stack, of_type("Customer", *[first, second, UNKNOWN] * 300))
    found = answer.json()["data"]["_entities"]
    assert [each and each["id"] for each in found] == [first, second, None] * 300
    assert sorted((await stack.counts())["finance"]["statements"].values()) == [1, 1]


@pytest.mark.parametrize(
    "of",
    [
        [{"__typename": "Ticket", "id": UNKNOWN}],
        [{"__typename": "Nothing", "id": UNKNOWN}],
        [{"__typename": "Customer", "phone": "+46701740605"}],
        [{"__typename": "Customer", "number": "C-000001"}],
        [{"__typename": "Customer", "id": UNKNOWN, "displayName": "Somebody"}],
        [{"__typename": "Customer", "id": {"sql": "1"}}],
        [{"__typename": "Customer", "id": None}],
        ["Customer"],
        [[]],
        [{}],
    ],
)
async def test_what_is_no_type_and_id_is_refused_without_repeating_it(stack: Stack, of: list[Any]) -> None:
    answer = await send(stack, of)
    assert answer.status_code == 400
    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["BAD_REPRESENTATION"]
    assert not any(each in answer.text for each in ("46701740605", "Somebody", "C-000001", "sql", UNKNOWN))


@pytest.mark.parametrize("of", [None, [None], [[None], None]])
async def test_what_is_no_list_of_them_is_refused(stack: Stack, of: Any) -> None:
    answer = await send(stack, of)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "BAD_REPRESENTATION")


async def test_without_a_token_no_entity_is_told_of(stack: Stack) -> None:
    answer = await send(stack, of_type("Customer", *await known(stack)), token=False)
    assert answer.status_code == 401
    assert orjson.loads(answer.content)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer.json()
    assert answer.headers["www-authenticate"].startswith("Bearer")
