"""AS7: secrets are stored as hashes, compared in constant time, locked after guesses, and never logged."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.oauth import secrets
from tests.oauth.elsewhere import signed
from tests.oauth.world import ISSUER, KEY, PASSWORD, Pkce, World, authorization, get_code, redemption, sign_in

Http = httpx2.AsyncClient
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def test_nothing_that_is_stored_can_be_used(http: Http, world: World, addresses: dict[str, str]) -> None:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    tokens = (await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    connection = await asyncpg.connect(addresses["core"])
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'oauth'")
    stored = ""
    for table in tables:
        rows = await connection.fetch(f"SELECT t::text FROM oauth.{table['tablename']} AS t")  # noqa: S608 - its own
        stored += "\n".join(row[0] for row in rows)
    await connection.close()
    assert len(stored) > 1000
    for secret in (code, tokens["access_token"], tokens["refresh_token"], world.secrets["crm"], PASSWORD):
        assert secret not in stored
    assert '"d"' not in stored
    assert "$argon2id$" in stored


async def test_no_secret_is_logged(http: Http, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    tokens = (await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    await http.post("/oauth/token", data={"grant_type": "client_credentials", "client_secret": "wrong-one-42"})
    for secret in (code, tokens["access_token"], tokens["refresh_token"], world.secrets["crm"], PASSWORD, "wrong-one"):
        assert secret not in caplog.text


async def test_an_account_is_locked_for_a_while_after_wrong_passwords(http: Http, world: World) -> None:
    await world.add_account("lou")
    for _ in range(5):
        http.cookies.clear()
        answer = await sign_in(http, authorization("crm", Pkce()), "lou", "wrong")
        assert answer.status_code == 401
        assert "location" not in answer.headers
    http.cookies.clear()
    assert (await sign_in(http, authorization("crm", Pkce()), "lou")).status_code == 401, "even the right one"
    http.cookies.clear()
    unknown = await sign_in(http, authorization("crm", Pkce()), "nobody", "wrong")
    http.cookies.clear()
    known = await sign_in(http, authorization("crm", Pkce()), "kim", "wrong")
    assert unknown.text.count("alert") == known.text.count("alert") == 1
    assert len(unknown.text) - len("nobody") == len(known.text) - len("kim"), "nobody is told who has an account"


@pytest.mark.parametrize(
    ("client", "sent", "auth"),
    [
        ("crm", {}, ("crm", "wrong")),
        ("crm", {}, ("nobody", "wrong")),
        ("crm", {"client_id": "crm"}, None),
        ("crm", {"client_id": "crm", "client_secret": "wrong"}, None),
        ("crm", {"client_secret": "wrong"}, None),
        ("crm", {}, None),
        ("crm", {"client_id": "web"}, None),
        ("crm", {"client_id": "signer"}, None),
        ("crm", {"client_id": "\ud83d"}, None),
        ("crm", {"client_id": "x" * 5000, "client_secret": "x" * 5000}, None),
    ],
)
async def test_who_does_not_prove_it_gets_no_token(
    http: Http, world: World, client: str, sent: dict[str, str], auth: tuple[str, str] | None
) -> None:
    data = {"grant_type": "client_credentials"} | {k: v.encode("utf-8", "replace").decode() for k, v in sent.items()}
    proof = httpx2.BasicAuth(*auth) if auth else httpx2.Auth()
    answer = await http.post("/oauth/token", data=data, auth=proof)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "unauthorized_client", "invalid_request")
    assert (answer.status_code == 401) == (auth is not None)
    assert ("www-authenticate" in answer.headers) == (auth is not None)


@pytest.mark.parametrize("header", ["Basic", "Basic =", "Basic /////w==", "Basic Y3Jt", "Bearer abc", "Basic w6k6w6k="])
async def test_a_header_that_cannot_be_read(http: Http, world: World, header: str) -> None:
    sent = {"grant_type": "client_credentials"}
    answer = await http.post("/oauth/token", data=sent, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_two_ways_at_once_are_refused(http: Http, world: World) -> None:
    sent = {"grant_type": "client_credentials", "client_id": "crm", "client_secret": world.secrets["crm"]}
    answer = await http.post("/oauth/token", data=sent, auth=world.basic("crm"))
    assert answer.json()["error"] == "invalid_request"
    assert (await http.post("/oauth/token", data=sent)).status_code == 200


async def test_a_secret_in_the_url_is_refused(http: Http, world: World) -> None:
    sent = {"grant_type": "client_credentials", "client_id": "crm"}
    answer = await http.post("/oauth/token", data=sent, params={"client_secret": world.secrets["crm"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_rotated_secret_counts_on_for_a_while(http: Http, world: World) -> None:
    await world.add_client("moving", role="auditor")
    old, new = world.secrets["moving"], secrets.new_secret(secrets.Prefix.CLIENT_SECRET)
    soon = datetime.now(UTC) + timedelta(hours=1)
    await world.administration.rotate_client("moving", secrets.digest(new), soon)
    statuses = [await _status(http, "moving", secret) for secret in (old, new, "wrong")]
    assert statuses == [200, 200, 401]
    newest = secrets.new_secret(secrets.Prefix.CLIENT_SECRET)
    await world.administration.rotate_client("moving", secrets.digest(newest), datetime.now(UTC))
    assert [await _status(http, "moving", secret) for secret in (old, new, newest)] == [401, 401, 200]


async def _status(http: Http, client: str, secret: str) -> int:
    answer = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, secret))
    return answer.status_code


# Beyond the leeway, and within the lifetime that an assertion may have.
LATER = int(time.time()) + 3000


def assertion(key: ECKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": "signer",
        "sub": "signer",
        "aud": ISSUER,
        "exp": now + 60,
        "jti": secrets.new_secret(secrets.Prefix.CODE),
    }
    kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    encoded = jwt.encode({"alg": "ES256", "kid": "theirs", **(header or {})}, kept, key)
    return {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": encoded}


async def test_a_client_signs_that_it_is_who_it_is(http: Http, world: World) -> None:
    sent = assertion()
    assert (await http.post("/oauth/token", data=sent)).status_code == 200
    assert (await http.post("/oauth/token", data=sent)).json()["error"] == "invalid_client", "once"
    now = int(time.time())
    timed = assertion(nbf=now + 5, iat=now - 5)
    assert (await http.post("/oauth/token", data=timed)).status_code == 200
    endpoint = assertion(aud=[f"{ISSUER}/oauth/token"])
    assert (await http.post("/oauth/token", data=endpoint)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": [ISSUER, "https://elsewhere.example"]},
        {"aud": None},
        {"iss": "crm"},
        {"sub": "crm"},
        {"sub": "crm", "iss": "crm"},
        {"jti": None},
        {"jti": 7},
        {"exp": None},
        {"exp": 1},
        {"exp": 1e11},
        {"exp": "soon"},
        {"exp": "9999999999"},
        {"exp": True},
        {"nbf": LATER},
        {"nbf": "1"},
        {"nbf": [1]},
        {"nbf": True},
        {"iat": LATER},
        {"iat": "1"},
        {"iat": {}},
        {"key": ECKey.generate_key("P-256", {"kid": "theirs"})},
        {"header": {"kid": "other"}},
        {"header": {"typ": "at+jwt"}},
    ],
)
async def test_an_assertion_that_is_wrong_in_one_thing(http: Http, world: World, changes: dict[str, Any]) -> None:
    answer = await http.post("/oauth/token", data=assertion(**changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


async def test_an_assertion_that_names_a_member_twice_is_refused(http: Http, world: World) -> None:
    now = int(time.time())
    text = f'{{"iss":"signer","sub":"crm","sub":"signer","aud":"{ISSUER}","exp":{now + 60},"jti":"twice"}}'
    for payload, status in ((text, 400), (text.replace('"sub":"crm",', ""), 200)):
        sent = {**assertion(), "client_assertion": signed(KEY, {"alg": "ES256", "kid": "theirs"}, payload.encode())}
        assert (await http.post("/oauth/token", data=sent)).status_code == status


async def test_a_form_of_ten_megabytes_is_not_read(http: Http, world: World) -> None:
    sent = {"grant_type": "client_credentials", "filling": "x" * 10_000_000}
    answer = await http.post("/oauth/token", data=sent, auth=world.basic("crm"))
    assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_waited_for_a_second(http: Http, world: World) -> None:
    async def dripping() -> Any:
        for _ in range(50):
            yield b"a"
            await asyncio.sleep(0.1)

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post("/oauth/token", content=dripping(), headers=kind)
    assert answer.status_code == 408


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_only_forms_are_read(http: Http, world: World, kind: str) -> None:
    answer = await http.post("/oauth/token", content=b"{}", headers={"Content-Type": kind}, auth=world.basic("crm"))
    assert answer.status_code == 400
