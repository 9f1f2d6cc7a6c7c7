"""AS5: a refresh token is used once, a second use revokes its family, and no refresh widens the scope."""

import asyncio
from typing import Any

import httpx2
import pytest

from auth.tokens.revocations import STALE_SECONDS
from tests.oauth.conftest import Worker
from tests.oauth.world import Pkce, World, get_code, redemption

Http = httpx2.AsyncClient


async def family(http: Http, world: World, **changes: str) -> dict[str, Any]:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce, **changes)
    tokens: dict[str, Any] = (
        await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))
    ).json()
    return tokens


async def refresh(http: Http, world: World, token: str, client: str = "crm", **more: str) -> httpx2.Response:
    sent = {"grant_type": "refresh_token", "refresh_token": token, **more}
    return await http.post("/oauth/token", data=sent, auth=world.basic(client))


async def is_active(http: Http, world: World, token: str) -> bool:
    answer = await http.post("/oauth/introspect", data={"token": token}, auth=world.basic("crm"))
    return bool(answer.json()["active"])


async def test_one_that_was_used_ends_the_family(workers: tuple[Worker, Worker], world: World) -> None:
    http, other = workers[0].http, workers[1].http
    first = await family(http, world)
    second = (await refresh(http, world, first["refresh_token"])).json()
    assert await is_active(other, world, second["access_token"])
    assert (await refresh(other, world, first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await refresh(http, world, second["refresh_token"])).json()["error"] == "invalid_grant"
    await asyncio.sleep(STALE_SECONDS + 0.1)
    for token in (first, second):
        assert not await is_active(http, world, token["access_token"])


async def test_of_twenty_at_once_one_is_answered(workers: tuple[Worker, Worker], world: World) -> None:
    first = await family(workers[0].http, world)
    tries = [refresh(workers[number % 2].http, world, first["refresh_token"]) for number in range(20)]
    statuses = [each.status_code for each in await asyncio.gather(*tries)]
    assert sorted(statuses) == [200] + [400] * 19


async def test_another_client_cannot_use_it_nor_end_it(http: Http, world: World) -> None:
    first = await family(http, world)
    assert (await refresh(http, world, first["refresh_token"], "acme")).json()["error"] == "invalid_grant"
    assert (await refresh(http, world, first["refresh_token"])).status_code == 200


@pytest.mark.parametrize("scope", ["core:read sales:read", "finance:read", "nonsense", "core:read core:write"])
async def test_no_scope_is_added(http: Http, world: World, scope: str) -> None:
    first = await family(http, world, scope="core:read")
    answer = await refresh(http, world, first["refresh_token"], scope=scope)
    assert answer.json()["error"] == "invalid_scope"


async def test_a_scope_may_be_left_out(http: Http, world: World) -> None:
    first = await family(http, world, scope="core:read sales:read")
    answer = await refresh(http, world, first["refresh_token"], scope="core:read")
    assert answer.json()["scope"] == "core:read"


async def test_who_gives_it_up_ends_the_family(http: Http, world: World) -> None:
    first = await family(http, world)
    given_up = {"token": first["refresh_token"], "token_type_hint": "access_token"}
    assert (await http.post("/oauth/revoke", data=given_up, auth=world.basic("acme"))).status_code == 200
    assert await is_active(http, world, first["access_token"])
    assert (await http.post("/oauth/revoke", data=given_up, auth=world.basic("crm"))).status_code == 200
    await asyncio.sleep(STALE_SECONDS + 0.1)
    assert not await is_active(http, world, first["access_token"])
    assert (await refresh(http, world, first["refresh_token"])).json()["error"] == "invalid_grant"
