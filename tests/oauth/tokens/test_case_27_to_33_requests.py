"""Cases 27 to 33: how a token is sent, the challenges without one, and when a token stops being valid."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from auth.oauth.passwords import ACR
from auth.policy.categories import Category
from auth.policy.ceiling import Ceiling
from auth.policy.reach import Reach
from auth.policy.sign_in import SignInRequirement
from auth.step_up import StepUpNeeded, check_sign_in
from auth.tokens import claims
from auth.tokens.claims import ExpectedClaims, InvalidTokenError
from auth.tokens.gate import PresentedToken
from auth.tokens.introspection import CACHE_SECONDS, Introspection
from auth.tokens.remote_keys import FetchError, KeysUnavailable
from auth.tokens.revocations import STALE_SECONDS, Revocations, RevocationsUnknown
from datasources.oauth.database import StoreUnavailable
from tests.oauth.conftest import GraphWorker
from tests.oauth.elsewhere import Elsewhere, proof
from tests.oauth.tokens.steps import ACCESS_TOKEN, content_of, exchange, own_token, persons_token
from tests.oauth.world import (
    ISSUER,
    KEY,
    RESOURCE,
    Pkce,
    World,
    authorization,
    decide,
    parameters_of,
    redemption,
    sign_in,
)

Workers = tuple[GraphWorker, GraphWorker]
METADATA = f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/graphql"'
BARE = f'Bearer realm="customer360", {METADATA}'
DPOP = f'DPoP realm="customer360", {METADATA}, algs="RS256 PS256 ES256 EdDSA"'
HOUR = timedelta(hours=1)
JSON = {"Content-Type": "application/json"}


async def test_a_token_of_our_own_is_let_in(graph_workers: Workers, world: World) -> None:
    token = await own_token(graph_workers[0], world, "acme", scope="sales:read")
    for worker in graph_workers:
        answer = await worker.ask(token, **{"Customer360-Purpose": "partner"})
        assert answer.json() == {"data": {"subject": "acme", "purpose": "partner"}}
        viewer = worker.graph.asked[-1].viewer
        assert (viewer.row_scope.reach, viewer.row_scope.by) == (Reach.LINKED, "acme")
        assert viewer.ceiling == Ceiling.of(["sales:read"], [Category.NAME, Category.ORDER])


@pytest.mark.parametrize("place", ["query", "form", "body"])
async def test_case_27_elsewhere_than_in_the_header(graph_workers: Workers, world: World, place: str) -> None:
    worker, token = graph_workers[0], await own_token(graph_workers[0], world)
    asked, before = {"query": "{ subject }"}, len(worker.graph.asked)
    if place == "query":
        answer = await worker.http.post("/graphql", params={"access_token": token}, json=asked)
    elif place == "form":
        answer = await worker.http.post("/graphql", data={**asked, "access_token": token})
    else:
        answer = await worker.http.post("/graphql", json={**asked, "access_token": token})
    assert answer.status_code in (400, 401, 415)
    assert len(worker.graph.asked) == before


async def test_case_27_twice_or_by_another_scheme(graph_workers: Workers, world: World) -> None:
    worker, token = graph_workers[0], await own_token(graph_workers[0], world)
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await worker.http.post("/graphql", json={"query": "{ subject }"}, headers=twice)).status_code == 400
    for scheme in ("Basic", "Token", "MAC", "Bearer:"):
        named = {"Authorization": f"{scheme} {token}"}
        answer = await worker.http.post("/graphql", json={"query": "{ subject }"}, headers=named)
        assert answer.status_code == 401


async def test_case_28_the_challenges(graph_workers: Workers, world: World) -> None:
    http = graph_workers[0].http
    none = await http.post("/graphql", json={"query": "{ subject }"})
    assert none.headers.get_list("www-authenticate") == [BARE, DPOP]
    bad = await http.post("/graphql", json={"query": "{ subject }"}, headers={"Authorization": "Bearer a.b.c"})
    error = 'error="invalid_token", error_description="The access token is malformed."'
    assert (bad.status_code, bad.headers.get_list("www-authenticate")) == (401, [f"{BARE}, {error}", DPOP])
    told = (await http.get("/.well-known/oauth-protected-resource/graphql")).json()
    assert (told["resource"], told["authorization_servers"]) == (RESOURCE, [ISSUER])
    assert told["bearer_methods_supported"] == ["header"]


async def test_case_28_a_scope_that_lacks_costs_fields_not_the_answer(graph_workers: Workers, world: World) -> None:
    """Scopes limit the policy: data outside them are withheld and named in the answer, without a 403."""
    worker = graph_workers[0]
    assert (await worker.ask(await own_token(worker, world, scope="core:read"))).status_code == 200
    ceiling = worker.graph.asked[-1].viewer.ceiling
    assert ceiling == Ceiling.of(["core:read"])


async def test_a_bound_token_is_sent_with_a_proof(graph_workers: Workers, world: World) -> None:
    first, second = graph_workers
    at_token = proof(KEY, None, htu=f"{ISSUER}/oauth/token")
    sent = {"grant_type": "client_credentials"}
    answer = await first.http.post("/oauth/token", data=sent, auth=world.basic("crm"), headers={"DPoP": at_token})
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["access_token"]
    assert (await first.ask(token)).status_code == 401, "not as a bearer"
    once = proof(KEY, token, htu=RESOURCE)
    named = {"Authorization": f"DPoP {token}", "DPoP": once}
    asked = {"query": "{ subject }"}
    assert (await first.http.post("/graphql", json=asked, headers=named)).status_code == 200
    again = await second.http.post("/graphql", json=asked, headers=named)
    assert (again.status_code, "invalid_dpop_proof" in again.headers["www-authenticate"]) == (401, True)
    replayed = await second.http.post("/oauth/token", data=sent, auth=world.basic("crm"), headers={"DPoP": at_token})
    assert replayed.json()["error"] == "invalid_dpop_proof"


@pytest.mark.parametrize("what", ["token", "client", "subject", "password"])
async def test_case_29_revoked_within_a_second_on_every_worker(graph_workers: Workers, world: World, what: str) -> None:
    first, name = graph_workers[0], f"gone-{what}"
    await world.add_client(name, role="auditor")
    await world.add_account(name)
    by_itself, persons = await own_token(first, world, name), await persons_token(first, world, name, name)
    other = await own_token(first, world)
    for worker in graph_workers:
        for token in (by_itself, persons, other):
            assert (await worker.ask(token)).status_code == 200
    if what == "token":
        await first.http.post("/oauth/revoke", data={"token": persons}, auth=world.basic(name))
    elif what == "client":
        await world.administration.revoke_client(name)
    elif what == "subject":
        await world.administration.revoke_account(name)
    else:
        await world.administration.set_password(name, "x")
    await asyncio.sleep(1.0)
    for worker in graph_workers:
        assert (await worker.ask(persons)).status_code == 401
        assert (await worker.ask(by_itself)).status_code == (401 if what == "client" else 200)
        assert (await worker.ask(other)).status_code == 200


async def test_case_29_while_it_cannot_be_told_nobody_is_let_in() -> None:
    class Away:
        is_away = False

        async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]:
            if self.is_away:
                raise StoreUnavailable
            return []

    source, now = Away(), [100.0]
    revocations = Revocations(source, clock=lambda: now[0])
    await revocations.current()
    source.is_away = True
    now[0] += STALE_SECONDS - 0.1
    await revocations.current()
    now[0] += 0.2
    with pytest.raises(RevocationsUnknown):
        await revocations.current()
    source.is_away = False
    await revocations.current()


class Asked:
    """An issuer's introspection endpoint."""

    def __init__(self, **content: Any) -> None:
        now = int(time.time())
        self.content = {
            "active": True,
            "sub": "kim",
            "client_id": "crm",
            "aud": "urn:customer360",
            "exp": now + 60,
            "role": "auditor",
            "purposes": [],
        } | content
        self.times = 0
        self.fault: Exception | None = None

    async def __call__(self, token: str) -> bytes:
        self.times += 1
        if self.fault is not None:
            raise self.fault
        return json.dumps({name: value for name, value in self.content.items() if value is not None}).encode()


def looking_into(asked: Asked, now: list[float]) -> Introspection:
    expected = ExpectedClaims("https://idp.example.com", "urn:customer360", {"auditor": Reach.ALL})
    return Introspection(expected, asked, clock=lambda: now[0])


async def test_case_30_an_active_token_is_believed_for_a_while() -> None:
    now, asked = [time.time()], Asked()
    looker = looking_into(asked, now)
    for _ in range(3):
        assert (await looker.accept("opaque")).viewer.subject == "kim"
    assert asked.times == 1
    asked.content["active"] = False
    now[0] += CACHE_SECONDS + 1
    with pytest.raises(InvalidTokenError):
        await looker.accept("opaque")


@pytest.mark.parametrize(
    "content",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"active": None},
        {"aud": "urn:other"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"exp": None},
        {"exp": 1},
        {"sub": None},
        {"role": "admin"},
        {"cnf": {"x5t#S256": "x"}},
    ],
)
async def test_case_30_anything_else_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        await looking_into(Asked(**content), [time.time()]).accept("opaque")


async def test_case_30_never_longer_than_it_lives() -> None:
    now, asked = [time.time()], Asked(exp=int(time.time()) + 1)
    looker = looking_into(asked, now)
    await looker.accept("opaque")
    now[0] += CACHE_SECONDS - 1
    asked.content["exp"] = None
    now[0] += 3
    with pytest.raises(InvalidTokenError):
        await looker.accept("opaque")


async def test_case_30_an_issuer_that_does_not_answer_lets_nobody_in() -> None:
    asked = Asked()
    asked.fault = FetchError("no answer in time")
    with pytest.raises(KeysUnavailable):
        await looking_into(asked, [time.time()]).accept("opaque")


@pytest.mark.parametrize("token", ["", " ", "a b", "x" * 9000, "é", "a\n"])
async def test_case_30_what_is_no_token_is_shown_to_nobody(token: str) -> None:
    asked = Asked()
    with pytest.raises(InvalidTokenError):
        await looking_into(asked, [time.time()]).accept(token)
    assert asked.times == 0


async def test_case_31_a_token_that_expired_lets_nobody_in_again() -> None:
    """A request ends within its deadline, and there are no subscriptions, so no answer outlives its token for long."""
    now, idp = [time.time()], Elsewhere()
    gate, token = idp.gate(clock=lambda: now[0]), idp.token()
    for _ in range(2):
        assert (await gate.admit(PresentedToken(token))).subject == "kim"
    now[0] += 600 + claims.LEEWAY_SECONDS
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            await gate.admit(PresentedToken(token))


@pytest.mark.parametrize(
    ("needed", "signed_in", "acr", "is_met"),
    [
        (SignInRequirement(), None, None, True),
        (SignInRequirement(max_age=300), 100, None, True),
        (SignInRequirement(max_age=300), 400, None, False),
        (SignInRequirement(max_age=300), None, None, False),
        (SignInRequirement(acr_values=("strong",)), 1, "strong", True),
        (SignInRequirement(acr_values=("strong",)), 1, "weak", False),
        (SignInRequirement(acr_values=("strong",)), 1, None, False),
        (SignInRequirement(60, ("strong",)), 100, "strong", False),
    ],
)
async def test_case_32_step_up(
    graph_workers: Workers,
    world: World,
    needed: SignInRequirement,
    signed_in: int | None,
    acr: str | None,
    is_met: bool,
) -> None:
    worker = graph_workers[0]
    await worker.ask(await own_token(worker, world))
    now = datetime.now(UTC)
    moment = None if signed_in is None else now - timedelta(seconds=signed_in)
    viewer = replace(worker.graph.asked[-1].viewer, authenticated_at=moment, acr=acr)
    try:
        check_sign_in(viewer, [needed], now)
    except StepUpNeeded:
        assert not is_met
    else:
        assert is_met


async def test_case_32_the_challenge_says_what_is_needed(graph_workers: Workers, world: World) -> None:
    worker = graph_workers[0]
    token = await persons_token(worker, world)
    worker.graph.fault = StepUpNeeded(SignInRequirement(300, ("urn:strong", "urn:stronger")))
    answer = await worker.ask(token)
    worker.graph.fault = None
    challenge = answer.headers.get_list("www-authenticate")[0]
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "STEP_UP_NEEDED")
    assert 'error="insufficient_user_authentication"' in challenge
    assert challenge.endswith('acr_values="urn:strong urn:stronger", max_age="300"')
    assert content_of(token)["acr"] == ACR


async def test_case_32_the_token_says_when_somebody_signed_in(
    graph_workers: Workers, world: World, addresses: dict[str, str]
) -> None:
    """Neither an existing session nor a refresh makes a sign-in more recent."""
    worker, pkce = graph_workers[0], Pkce()
    worker.http.cookies.clear()
    code = parameters_of(await _back(worker, authorization("crm", pkce)))["code"]
    first = (await worker.http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    signed_in = content_of(first["access_token"])["auth_time"]
    moment = await _signed_in_before(addresses, hours=2)
    asked = await worker.http.get(authorization("crm", pkce, prompt="consent"))
    code = parameters_of(await decide(worker.http, asked, "allow"))["code"]
    again = (await worker.http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    sent = {"grant_type": "refresh_token", "refresh_token": again["refresh_token"]}
    refreshed = (await worker.http.post("/oauth/token", data=sent, auth=world.basic("crm"))).json()
    times = [content_of(each["access_token"])["auth_time"] for each in (again, refreshed)]
    assert times == [int(moment.timestamp())] * 2
    assert times[0] <= signed_in - 7199


@pytest.mark.parametrize("changes", [{"max_age": "3600"}, {"max_age": "0"}, {"prompt": "login"}])
async def test_case_32_who_signed_in_long_ago_is_asked_again(
    graph_workers: Workers, world: World, addresses: dict[str, str], changes: dict[str, str]
) -> None:
    worker, pkce = graph_workers[0], Pkce()
    worker.http.cookies.clear()
    await _back(worker, authorization("crm", pkce))
    await _signed_in_before(addresses, hours=2)
    assert (await worker.http.get(authorization("crm", pkce, max_age="86400"))).status_code == 303
    again = await _back(worker, authorization("crm", pkce, acr_values=f"urn:strong {ACR}", **changes))
    code = parameters_of(again)["code"]
    given = (await worker.http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    assert datetime.now(UTC) - datetime.fromtimestamp(content_of(given["access_token"])["auth_time"], UTC) < HOUR


async def test_case_32_a_stronger_way_than_there_is_gets_no_token(graph_workers: Workers, world: World) -> None:
    worker = graph_workers[0]
    worker.http.cookies.clear()
    answer = await worker.http.get(authorization("crm", Pkce(), acr_values="urn:strong urn:stronger"))
    assert parameters_of(answer)["error"] == "unmet_authentication_requirements"


async def _back(worker: GraphWorker, url: str) -> httpx2.Response:
    signed_in = await sign_in(worker.http, url, "kim")
    return await worker.http.get(signed_in.headers["location"])


async def _signed_in_before(addresses: dict[str, str], hours: int) -> datetime:
    """Move the start of every session back by the given time. Returns the new start of the last one."""
    connection = await asyncpg.connect(addresses["core"])
    moved = "UPDATE oauth.session SET authenticated_at = authenticated_at - make_interval(hours => $1)"
    await connection.execute(moved, hours)
    moment: datetime = await connection.fetchval("SELECT max(authenticated_at) FROM oauth.session")
    await connection.close()
    return moment


async def test_case_33_who_acts_for_another_has_the_rights_of_both(graph_workers: Workers, world: World) -> None:
    worker = graph_workers[0]
    await world.add_client("front", scopes=("core:read",), purposes=("care",), categories=("user.name",))
    subject = await persons_token(worker, world)
    answer = await exchange(worker, world, "front", subject)
    assert answer.json()["issued_token_type"] == ACCESS_TOKEN
    token, before = content_of(answer.json()["access_token"]), content_of(subject)
    assert token["act"] == {"sub": "front"}
    assert (token["sub"], token["client_id"], token["role"]) == (before["sub"], "front", "service_agent")
    assert (token["scope"], token["purposes"], token["categories"]) == ("core:read", ["care"], ["user.name"])
    assert token["exp"] <= before["exp"]
    again = await exchange(worker, world, "crm", answer.json()["access_token"])
    widened = content_of(again.json()["access_token"])
    assert widened["act"] == {"sub": "crm", "act": {"sub": "front"}}
    assert (widened["scope"], widened["categories"]) == ("core:read", ["user.name"]), "nothing comes back"
    assert (await worker.ask(again.json()["access_token"])).status_code == 200


async def test_case_33_a_partner_does_not_act_for_staff(graph_workers: Workers, world: World) -> None:
    worker = graph_workers[0]
    answer = await exchange(worker, world, "acme", await persons_token(worker, world))
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_token": "a.b.c"}, "invalid_grant"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"audience": "urn:other"}, "invalid_target"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"scope": "core:write"}, "invalid_scope"),
    ],
)
async def test_case_33_what_is_not_exchange(
    graph_workers: Workers, world: World, changes: dict[str, str], error: str
) -> None:
    worker = graph_workers[0]
    token = await own_token(worker, world)
    given = {"subject_token": token, **changes}
    answer = await exchange(worker, world, "crm", given.pop("subject_token"), **given)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_case_33_a_revoked_token_is_not_exchange(graph_workers: Workers, world: World) -> None:
    worker = graph_workers[0]
    token = await own_token(worker, world)
    await worker.http.post("/oauth/revoke", data={"token": token}, auth=world.basic("crm"))
    await asyncio.sleep(1.0)
    assert (await exchange(worker, world, "crm", token)).json()["error"] == "invalid_grant"
