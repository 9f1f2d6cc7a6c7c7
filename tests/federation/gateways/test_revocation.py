"""What was revoked in core is refused by every subgraph, each with the login that may only read of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx2 as httpx
import orjson
import pytest
from joserfc.jwk import ECKey

from auth.departments import DEPARTMENTS
from datasources.oauth.administration import Administration
from deploy.processes import HERE
from tests.federation.composers import need_node
from tests.federation.stack import Stack, free_port, http_client, running_stack
from tests.federation.subgraphs.test_logins import as_login, execute, for_department
from tests.oauth.elsewhere import ABSENT, proof
from tests.oauth.world import Pkce, World, fill, get_code, redemption

APART = tuple(name for name in DEPARTMENTS if name != "core")
HELLO = "{ __typename }"
PAGE = "{ customers(first: 1) { nodes { id finance { __typename } sales { __typename } } } }"


@pytest.fixture(scope="module")
async def logins(addresses_apart: dict[str, str]) -> AsyncIterator[dict[str, dict[str, str]]]:
    """For each department's subgraph, where its login finds core's database and its own."""
    core = addresses_apart["core"]
    await execute(core, (HERE / "core-logins.sql").read_text())
    own = {}
    for name in APART:
        await execute(addresses_apart[name], for_department((HERE / "department-logins.sql").read_text(), name))
        login = f"{name}_subgraph"
        await execute(core, f"CREATE ROLE {login} LOGIN IN ROLE customer360_subgraph, customer360_{name}")
        urls = {each: as_login(addresses_apart[each], login) for each in ("core", name)}
        own[name] = {f"CUSTOMER360_{each.upper()}_DATABASE_URL": url for each, url in urls.items()}
    yield own
    for name in APART:
        await execute(addresses_apart[name], f"DROP OWNED BY customer360_{name}, {name}_subgraph")
    await execute(core, "DROP OWNED BY customer360_subgraph")
    roles = ", ".join(f"{name}_subgraph, customer360_{name}" for name in APART)
    await execute(core, f"DROP ROLE {roles}, customer360_subgraph")


@pytest.fixture(scope="module")
async def stack(
    addresses_apart: dict[str, str],
    logins: dict[str, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Stack]:
    """Clients find the authorization server at the public URL: core's subgraph serves it."""
    need_node()
    port = free_port()
    settings = {
        name: {"CUSTOMER360_PUBLIC_URL": f"http://127.0.0.1:{port}", **logins.get(name, {})} for name in DEPARTMENTS
    }
    settings["core"]["CUSTOMER360_PORT"] = str(port)
    with running_stack(addresses_apart, tmp_path_factory.mktemp("revocation"), settings) as started:
        yield started


@pytest.fixture(scope="module")
async def world(stack: Stack, addresses_apart: dict[str, str]) -> AsyncIterator[World]:
    async with Administration.open(addresses_apart["core"]) as administration:
        yield await fill(administration, addresses_apart["core"])


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    base = stack.urls["core"].removesuffix("/graphql")
    async with http_client(base_url=base) as client:
        yield client


async def ask(stack: Stack, where: str, token: str, scheme: str = "Bearer", document: str = HELLO, **more: str) -> Any:
    headers = {"authorization": f"{scheme} {token}", "customer360-purpose": "care", **more}
    async with http_client() as client:
        answer = await client.post(stack.urls[where], json={"query": document}, headers=headers)
    return answer.status_code, orjson.loads(answer.content)


def code_of(answer: Any) -> str | None:
    found = [each["extensions"]["code"] for each in answer.get("errors", ())]
    return str(found[0]) if found else None


async def statuses(stack: Stack, token: str) -> dict[str, int]:
    return {name: (await ask(stack, name, token))[0] for name in DEPARTMENTS}


async def signed_in(http: httpx.AsyncClient, world: World, client: str, user: str) -> str:
    """The access token of a person who signed in."""
    pkce = Pkce()
    sent = redemption(await get_code(http, client, pkce, user), pkce)
    return str((await http.post("/oauth/token", data=sent, auth=world.basic(client))).json()["access_token"])


async def exchange(http: httpx.AsyncClient, world: World, token: str) -> str:
    """A token for the application crm on behalf of the token's subject."""
    kind = "urn:ietf:params:oauth:token-type:access_token"
    grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    sent = {"grant_type": grant, "subject_token": token, "subject_token_type": kind}
    return str((await http.post("/oauth/token", data=sent, auth=world.basic("crm"))).json()["access_token"])


ACCEPTED, REJECTED = dict.fromkeys(DEPARTMENTS, 200), dict.fromkeys(DEPARTMENTS, 401)


@pytest.mark.parametrize("what", ["token", "client", "user"])
async def test_what_is_revoked_counts_nowhere_after_a_second(
    stack: Stack, world: World, http: httpx.AsyncClient, what: str
) -> None:
    client, user = f"client-{what}", f"user-{what}"
    await world.add_client(client, role="auditor")
    await world.add_account(user)
    token = await signed_in(http, world, client, user)
    derived = await exchange(http, world, await exchange(http, world, token))
    assert await statuses(stack, token) == await statuses(stack, derived) == ACCEPTED
    assert code_of((await ask(stack, "gateway", token, document=PAGE))[1]) is None
    if what == "token":
        await http.post("/oauth/revoke", data={"token": token}, auth=world.basic(client))
    elif what == "user":
        await world.administration.revoke_account(user)
    else:
        await world.administration.revoke_client(client)
    # The promise is about requests from then on: they wait for a list that is younger than that.
    await asyncio.sleep(1)
    assert await statuses(stack, token) == REJECTED
    assert await statuses(stack, derived) == REJECTED
    _, answer = await ask(stack, "gateway", token, document=PAGE)
    assert (answer["data"], code_of(answer)) == ({"customers": None}, "UNAUTHENTICATED")


async def test_a_bound_token_is_taken_by_no_subgraph(stack: Stack, world: World, http: httpx.AsyncClient) -> None:
    """One proof would reach several subgraphs, and some of them twice."""
    key = ECKey.generate_key("P-256", private=True)
    given = proof(key, None, htu=stack.urls["core"].replace("/graphql", "/oauth/token"), ath=ABSENT)
    sent = {"grant_type": "client_credentials"}
    answer = await http.post("/oauth/token", data=sent, auth=world.basic("crm"), headers={"DPoP": given})
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["access_token"]
    settings = (await http.get("/.well-known/oauth-protected-resource/graphql")).json()
    assert "dpop_signing_alg_values_supported" not in settings
    assert settings["authorization_servers"] == [stack.urls["core"].removesuffix("/graphql")]
    for scheme in ("Bearer", "DPoP"):
        for name in (*DEPARTMENTS, "gateway"):
            shown = proof(key, token, htu=stack.urls["core"])
            _, answer_ = await ask(
                stack, name, token, scheme, document=PAGE if name == "gateway" else HELLO, dpop=shown
            )
            assert code_of(answer_) == "UNAUTHENTICATED"
            assert not any((answer_.get("data") or {}).values())
            assert ("ask for one that is not" if scheme == "Bearer" else "scheme Bearer") in answer_["errors"][0][
                "message"
            ]


async def test_who_cannot_read_what_was_revoked_lets_nobody_in(
    stack: Stack, world: World, http: httpx.AsyncClient, addresses_apart: dict[str, str]
) -> None:
    sent = {"grant_type": "client_credentials"}
    token = (await http.post("/oauth/token", data=sent, auth=world.basic("crm"))).json()["access_token"]
    grant = "SELECT (kind, value, recorded_at, until) ON oauth.revocation"
    assert await statuses(stack, token) == ACCEPTED
    await execute(addresses_apart["core"], f"REVOKE {grant} FROM customer360_subgraph")
    await asyncio.sleep(1)
    assert await statuses(stack, token) == {name: 200 if name == "core" else 503 for name in DEPARTMENTS}
    await execute(addresses_apart["core"], f"GRANT {grant} TO customer360_subgraph")
    assert await statuses(stack, token) == ACCEPTED


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sealed FROM oauth.signing_key",
        "SELECT * FROM oauth.client",
        "SELECT * FROM oauth.account",
        "SELECT * FROM oauth.refresh_token",
        "DELETE FROM oauth.revocation",
        "INSERT INTO oauth.used_once (digest, until) VALUES ('x', now())",
    ],
)
async def test_a_subgraphs_login_reads_nothing_else_of_tokens(
    stack: Stack, logins: dict[str, dict[str, str]], statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(logins["finance"]["CUSTOMER360_CORE_DATABASE_URL"], statement)
