"""AS1: a code is redeemed once, also under concurrency, and a second use revokes its tokens."""

import asyncio
from datetime import timedelta
from urllib.parse import quote

import httpx2
import pytest

from auth.tokens.revocations import STALE_SECONDS
from tests.oauth.conftest import Worker
from tests.oauth.world import CALLBACK, Pkce, World, get_code, redemption

Http = httpx2.AsyncClient


async def test_of_fifty_at_once_on_two_workers_one_gets_tokens(workers: tuple[Worker, Worker], world: World) -> None:
    pkce = Pkce()
    code = await get_code(workers[0].http, "crm", pkce)
    sent, proof = redemption(code, pkce), world.basic("crm")
    tries = [workers[number % 2].http.post("/oauth/token", data=sent, auth=proof) for number in range(50)]
    answers = await asyncio.gather(*tries)
    assert sorted({each.status_code for each in answers}) == [200, 400]
    (won,) = [each.json() for each in answers if each.status_code == 200]
    assert {each.json()["error"] for each in answers if each.status_code == 400} == {"invalid_grant"}
    # The other requests were second uses, so the one token is revoked on either worker.
    await asyncio.sleep(STALE_SECONDS + 0.1)
    for worker in workers:
        about = {"token": won["access_token"]}
        told = await worker.http.post("/oauth/introspect", data=about, auth=proof)
        assert told.json() == {"active": False}
    again = {"grant_type": "refresh_token", "refresh_token": won["refresh_token"]}
    assert (await workers[1].http.post("/oauth/token", data=again, auth=proof)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": Pkce().verifier},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": ""},
        {"code": "c360_ac_nothing"},
        {"code": "\ud800"},
    ],
)
async def test_a_redemption_that_is_wrong_in_one_thing_is_refused(
    http: Http, world: World, changes: dict[str, str]
) -> None:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    sent = redemption(code, pkce, **changes)
    body = "&".join(f"{name}={_quoted(value)}" for name, value in sent.items()).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post("/oauth/token", content=body, headers=kind, auth=world.basic("crm"))
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_request")


def _quoted(value: str) -> str:
    return quote(value, safe="", errors="surrogatepass")


async def test_a_code_of_another_client_is_refused_and_stays_good(http: Http, world: World) -> None:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    stolen = await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("acme"))
    assert stolen.json()["error"] == "invalid_grant"
    own = await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))
    assert own.status_code == 200


async def test_a_code_expires(http: Http, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.oauth.grants.authorization_code.CODE_LIFE", timedelta(seconds=-1))
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    answer = await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))
    assert answer.json()["error"] == "invalid_grant"
