"""GraphiQL, which the server registers by itself, without overriding what an operator decided."""

from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from auth.oauth.clients import graphiql
from auth.oauth.records import ClientRecord
from server.oauth.service import OAuthService
from server.settings.environment import load
from server.trust import gates
from tests.oauth.world import ISSUER, Pkce, World, authorization

CALLBACK = f"{ISSUER}/graphiql/signed-in"
RECORD = graphiql.graphiql_client(CALLBACK, ["care"])


async def registered(world: World, client_id: str = graphiql.CLIENT_ID) -> ClientRecord:
    return next(each for each in await world.administration.clients() if each.id == client_id)


async def test_it_is_registered_before_the_first_answer(
    http: httpx2.AsyncClient, world: World, service: OAuthService
) -> None:
    service.unregistered = RECORD
    asked = authorization(graphiql.CLIENT_ID, Pkce(), redirect_uri=CALLBACK)
    assert (await http.get(asked)).status_code == 200
    assert await registered(world) == RECORD


async def test_it_follows_the_settings(http: httpx2.AsyncClient, world: World, service: OAuthService) -> None:
    moved = graphiql.graphiql_client("https://customers.example.com/graphiql/signed-in", ["care", "audit"])
    for record in (RECORD, moved):
        await service.store.keep_own_client(record)
        assert await registered(world) == record


async def test_what_an_operator_decided_stays(world: World, service: OAuthService) -> None:
    await world.add_client("taken", role="auditor")
    await service.store.keep_own_client(replace(RECORD, id="taken"))
    assert (await registered(world, "taken")).auth_method == "client_secret"
    await service.store.keep_own_client(replace(RECORD, id="unwanted"))
    await world.administration.revoke_client("unwanted")
    await service.store.keep_own_client(replace(RECORD, id="unwanted"))
    assert (await registered(world, "unwanted")).disabled_at is not None


@pytest.mark.parametrize(("graphiql", "is_known"), [("on", True), ("off", False)])
def test_without_the_page_there_is_no_client(tmp_path: Path, graphiql: str, is_known: bool) -> None:
    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path), "CUSTOMER360_GRAPHIQL": graphiql})
    assert (gates.graphiql_client(settings, ["care"]) is not None) is is_known
