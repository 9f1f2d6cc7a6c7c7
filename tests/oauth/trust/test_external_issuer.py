"""A real issuer, oidc-provider: machines and people, DPoP, new keys, and an outage."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from auth.policy.reach import Reach
from auth.tokens import claims
from auth.tokens.claim_mapping import ClaimMapping
from auth.tokens.claims import ExpectedClaims, InvalidTokenError
from auth.tokens.discovery import Discovery
from auth.tokens.gate import Gate, Issuer, PresentedToken
from auth.tokens.keys import TrustedKeys
from auth.tokens.remote_keys import KeysUnavailable, RemoteKeys
from auth.tokens.verifier import Verifier
from datasources.oauth.store import OAuthStore
from server.app import Customer360
from server.backend import Backend, opener
from server.settings.environment import load
from server.settings.values import address_fault
from server.trust import fetching
from server.trust.identity import policy_of, verifier
from tests.oauth.conftest import Worker
from tests.oauth.elsewhere import Elsewhere, proof
from tests.oauth.provider import HERE, NODE, Provider, free_port, install, new_key
from tests.oauth.world import CALLBACK, ISSUER, RESOURCE, Pkce
from tests.server.fake_graph import FakeGraph, all_up

KEY = ECKey.generate_key("P-256", private=True)
TRUSTED = """
[[issuer]]
url = "{url}"
jwks_uri = "{url}/jwks"
algorithms = ["ES256"]
claims = {{ role = "groups" }}
roles = {{ crm-agents = "service_agent" }}
purposes = {{ service_agent = ["care"] }}

[issuer.introspection]
uri = "{url}/token/introspection"
client_id = "machine"
client_secret_file = "secret"
"""


@pytest.fixture(scope="session")
def installed() -> None:
    install()


@pytest.fixture(scope="module")
def provider(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    made = Provider(free_port(), tmp_path_factory.mktemp("issuer"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def ours(provider: Provider, workers: tuple[Worker, Worker], tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A server of ours that trusts the provider."""
    (tmp_path / "issuers.toml").write_text(TRUSTED.format(url=provider.url))
    (tmp_path / "secret").write_text("secret-of-machine")
    environment = {"DATA_DIR": str(tmp_path), "ISSUERS_FILE": str(tmp_path / "issuers.toml"), "GRAPHIQL": "off"}
    settings = load({f"CUSTOMER360_{name}": value for name, value in environment.items()})

    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        yield Backend(FakeGraph(), all_up, workers[0].service)

    app = Customer360(settings, verifier(settings, policy_of(settings)), policy_of(settings).purposes, opened)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app._pages.router.lifespan_context(app._pages))
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ISSUER)
        yield await stack.enter_async_context(client)


async def ask(ours: httpx2.AsyncClient, token: str, scheme: str = "Bearer", **headers: str) -> httpx2.Response:
    named = {"Authorization": f"{scheme} {token}", "Customer360-Purpose": "care", **headers}
    return await ours.post("/graphql", json={"query": "{ subject purpose }"}, headers=named)


async def token_of(provider: Provider, client: str = "machine", **sent: str) -> dict[str, Any]:
    asked = {"grant_type": "client_credentials", "scope": "api", "resource": "urn:customer360", **sent}
    headers = {"DPoP": proof(KEY, None, htu=f"{provider.url}/token")} if client == "bound" else {}
    async with httpx2.AsyncClient() as http:
        auth = httpx2.BasicAuth(client, f"secret-of-{client}")
        given = {name: value for name, value in asked.items() if value}
        answer = await http.post(f"{provider.url}/token", data=given, auth=auth, headers=headers)
    told: dict[str, Any] = answer.json()
    assert answer.status_code == 200, told
    return told


async def test_a_machine_asks(provider: Provider, ours: httpx2.AsyncClient) -> None:
    answer = await ask(ours, (await token_of(provider))["access_token"])
    assert answer.json() == {"data": {"subject": "machine", "purpose": "care"}}


async def test_the_sender_must_have_the_key(provider: Provider, ours: httpx2.AsyncClient) -> None:
    told = await token_of(provider, "bound")
    assert told["token_type"] == "DPoP"
    token = told["access_token"]
    assert (await ask(ours, token)).status_code == 401
    assert (await ask(ours, token, "DPoP")).status_code == 401
    given = proof(KEY, token, htu=RESOURCE)
    assert (await ask(ours, token, "DPoP", DPoP=given)).status_code == 200
    assert (await ask(ours, token, "DPoP", DPoP=given)).status_code == 401


async def test_an_opaque_token_for_nobody_is_refused(provider: Provider, ours: httpx2.AsyncClient) -> None:
    """Without a resource, oidc-provider issues opaque tokens without audience, which are refused."""
    token = (await token_of(provider, resource="", scope=""))["access_token"]
    assert token.count(".") == 0
    assert (await ask(ours, token)).status_code == 401
    assert (await ask(ours, "made-up-by-somebody")).status_code == 401


async def test_a_person_signs_in_with_code_and_pkce(provider: Provider, ours: httpx2.AsyncClient) -> None:
    redeemed = await persons_token(provider, "web", scope="openid api")
    assert (await ask(ours, redeemed["access_token"])).json()["data"]["subject"] == "kim"
    # The ID token is signed with the same key, but its audience is the client.
    assert (await ask(ours, redeemed["id_token"])).status_code == 401


async def persons_token(provider: Provider, client: str, scope: str = "api", **headers: str) -> dict[str, Any]:
    """Kim signs in and consents to everything."""
    pkce = Pkce()
    parameters = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": CALLBACK,
        "scope": scope,
        "resource": "urn:customer360",
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
    }
    async with httpx2.AsyncClient(base_url=provider.url) as http:
        answer = await http.get("/auth", params=parameters)
        for _ in range(8):
            if answer.status_code == 200:
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                action = re.search(r'action="([^"]+)"', answer.text)
                assert prompt
                assert action
                sent = {"prompt": prompt[1], "login": "kim", "password": "x"}
                answer = await http.post(action[1], data=sent)
            elif answer.headers["location"].startswith(CALLBACK):
                break
            else:
                answer = await http.get(answer.headers["location"])
        told = parse_qs(urlsplit(answer.headers["location"]).query)
        assert told["iss"] == [provider.url]
        sent = {
            "grant_type": "authorization_code",
            "code": told["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": pkce.verifier,
            "resource": "urn:customer360",
        }
        auth = httpx2.BasicAuth(client, f"secret-of-{client}")
        redeemed: dict[str, Any] = (await http.post("/token", data=sent, auth=auth, headers=headers)).json()
    return redeemed


async def test_a_persons_opaque_token_is_looked_into(provider: Provider, ours: httpx2.AsyncClient) -> None:
    token = (await persons_token(provider, "opaque"))["access_token"]
    assert token.count(".") == 0
    assert (await ask(ours, token)).json() == {"data": {"subject": "kim", "purpose": "care"}}


async def test_an_opaque_token_that_was_revoked_lets_nobody_in(provider: Provider, ours: httpx2.AsyncClient) -> None:
    token = (await persons_token(provider, "opaque"))["access_token"]
    async with httpx2.AsyncClient() as http:
        auth = httpx2.BasicAuth("opaque", "secret-of-opaque")
        await http.post(f"{provider.url}/token/revocation", data={"token": token}, auth=auth)
    assert (await ask(ours, token)).status_code == 401


async def test_an_opaque_token_may_be_bound_to_a_key(provider: Provider, ours: httpx2.AsyncClient) -> None:
    at_token = proof(KEY, None, htu=f"{provider.url}/token")
    token = (await persons_token(provider, "opaque", DPoP=at_token))["access_token"]
    assert (await ask(ours, token)).status_code == 401, "not as a bearer"
    given = proof(KEY, token, htu=RESOURCE)
    assert (await ask(ours, token, "DPoP", DPoP=given)).status_code == 200
    assert (await ask(ours, token, "DPoP", DPoP=given)).status_code == 401, "once"


async def test_its_keys_are_found_by_its_metadata(provider: Provider) -> None:
    expected = ExpectedClaims(provider.url, "urn:customer360", {"service_agent": Reach.ALL})
    translate = ClaimMapping({"role": "groups"}, {"crm-agents": "service_agent"}, {"service_agent": ["care"]}).translate
    keys = RemoteKeys(provider.url, Discovery(fetching.get, address_fault).keys_of)
    gate = Gate([Issuer(Verifier(expected, TrustedKeys([]), translate=translate), keys)])
    token = (await token_of(provider))["access_token"]
    assert (await gate.admit(PresentedToken(token))).subject == "machine"
    other = RemoteKeys(f"{provider.url}/", Discovery(fetching.get, address_fault).keys_of)
    with pytest.raises(KeysUnavailable):
        await other.current(Verifier(expected, TrustedKeys([])))


@pytest.fixture
async def ours_alone(
    provider: Provider, addresses: dict[str, str], tmp_path: Path
) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """Two workers without the built-in authorization server, on a real store."""
    (tmp_path / "issuers.toml").write_text(TRUSTED.format(url=provider.url))
    (tmp_path / "secret").write_text("secret-of-machine")
    environment = {"DATA_DIR": str(tmp_path), "ISSUERS_FILE": str(tmp_path / "issuers.toml"), "OAUTH": "off"}
    settings = load({f"CUSTOMER360_{name}": value for name, value in environment.items()})
    policy = policy_of(settings)
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(2):
            app = Customer360(
                settings, verifier(settings, policy), policy.purposes, opener(settings, policy, addresses)
            )
            await stack.enter_async_context(app._pages.router.lifespan_context(app._pages))
            client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ISSUER)
            clients.append(await stack.enter_async_context(client))
        yield clients[0], clients[1]


async def who(ours: httpx2.AsyncClient, token: str, scheme: str = "Bearer", **headers: str) -> httpx2.Response:
    named = {"Authorization": f"{scheme} {token}", **headers}
    return await ours.post("/graphql", json={"query": "{ viewer { subject } }"}, headers=named)


async def test_proofs_count_once_without_a_server_of_our_own(
    provider: Provider, ours_alone: tuple[httpx2.AsyncClient, httpx2.AsyncClient]
) -> None:
    first, second = ours_alone
    token = (await token_of(provider, "bound"))["access_token"]
    given = proof(KEY, token, htu=RESOURCE)
    assert (await who(first, token)).status_code == 401
    assert (await who(first, token, "DPoP", DPoP=given)).json()["data"] == {"viewer": {"subject": "bound"}}
    for worker in ours_alone:
        again = await who(worker, token, "DPoP", DPoP=given)
        assert (again.status_code, "invalid_dpop_proof" in again.headers["www-authenticate"]) == (401, True)
    assert (await second.post("/oauth/token")).status_code == 404


async def test_what_was_revoked_counts_no_more_without_a_server_of_our_own(
    provider: Provider, ours_alone: tuple[httpx2.AsyncClient, httpx2.AsyncClient], addresses: dict[str, str]
) -> None:
    token = (await token_of(provider))["access_token"]
    for worker in ours_alone:
        assert (await who(worker, token)).status_code == 200
    jti = claims.parse(jws.extract_compact(token.encode()).payload)["jti"]
    async with OAuthStore.open(addresses["core"]) as store:
        await store.revoke("token", jti, datetime.now(UTC) + timedelta(hours=1))
    await asyncio.sleep(1.0)
    for worker in ours_alone:
        assert (await who(worker, token)).status_code == 401
        assert (await who(worker, (await token_of(provider))["access_token"])).status_code == 200


async def test_new_keys_and_a_restart_while_requests_come(provider: Provider, ours: httpx2.AsyncClient) -> None:
    old = (await token_of(provider))["access_token"]
    statuses: list[int] = []

    async def traffic() -> None:
        while True:
            statuses.append((await ask(ours, old)).status_code)
            await asyncio.sleep(0.005)

    asking = asyncio.create_task(traffic())
    await asyncio.sleep(0.2)
    provider.stop()
    # The issuer is unavailable: existing tokens are still accepted.
    await asyncio.sleep(0.3)
    provider.keys.insert(0, new_key())
    await asyncio.to_thread(provider.start)
    new = (await token_of(provider))["access_token"]
    answers = await asyncio.gather(*(ask(ours, new) for _ in range(20)))
    assert {each.status_code for each in answers} == {200}
    await asyncio.sleep(0.2)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    assert len(statuses) > 50
    assert set(statuses) == {200}


async def test_another_issuer_on_the_same_port_is_not_believed(provider: Provider, ours: httpx2.AsyncClient) -> None:
    """A token signed with a key outside the set is refused, also if it carries that key."""
    forged = ECKey.generate_key("P-256", {"kid": str(provider.keys[0].kid)}, private=True)
    other = Elsewhere(provider.url)
    token = other.token({"kid": str(provider.keys[0].kid)}, forged, groups=["crm-agents"])
    assert (await ask(ours, token)).status_code == 401


@pytest.fixture(scope="module")
def mock(installed: None) -> Iterator[str]:
    port = free_port()
    command = [str(NODE), "mock.mjs", str(port)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "answers\n"
        yield f"http://127.0.0.1:{port}"
        process.kill()


async def test_a_server_that_signs_anything_is_not_enough(mock: str) -> None:
    """Tokens of oauth2-mock-server with trusted keys are refused because claims are missing."""
    async with httpx2.AsyncClient() as http:
        asked = {"grant_type": "client_credentials", "scope": "api", "aud": "urn:customer360"}
        token = (await http.post(f"{mock}/token", data=asked, auth=httpx2.BasicAuth("a", "b"))).json()
    expected = ExpectedClaims(mock, "urn:customer360", {"service_agent": Reach.ALL})
    gate = Gate([Issuer(Verifier(expected, TrustedKeys([])), RemoteKeys(f"{mock}/jwks", fetching.get))])
    with pytest.raises(InvalidTokenError, match="not an access token"):
        await gate.admit(PresentedToken(token["access_token"]))
