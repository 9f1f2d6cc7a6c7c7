"""Steps to get access tokens from a worker: as an application, for a person, by exchange."""

from typing import Any

import httpx2
from joserfc import jws

from auth.tokens import claims
from tests.oauth.conftest import GraphWorker
from tests.oauth.world import Pkce, World, get_code, redemption

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


async def own_token(worker: GraphWorker, world: World, client: str = "crm", **more: str) -> str:
    sent = {"grant_type": "client_credentials", **more}
    answer = await worker.http.post("/oauth/token", data=sent, auth=world.basic(client))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def persons_token(worker: GraphWorker, world: World, client: str = "crm", username: str = "kim") -> str:
    pkce = Pkce()
    code = await get_code(worker.http, client, pkce, username)
    answer = await worker.http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic(client))
    return str(answer.json()["access_token"])


async def exchange(worker: GraphWorker, world: World, client: str, token: str, **more: str) -> httpx2.Response:
    sent = {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN, **more}
    return await worker.http.post("/oauth/token", data=sent, auth=world.basic(client))


def content_of(token: str) -> dict[str, Any]:
    return claims.parse(jws.extract_compact(token.encode()).payload)
