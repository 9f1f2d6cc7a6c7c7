"""Revoking a client, contract, approval, session, account or token ends every token that derives from it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from auth.tokens.revocations import Revocations
from tests.oauth.conftest import GraphWorker
from tests.oauth.tokens.steps import content_of, exchange, own_token, persons_token
from tests.oauth.world import CALLBACK, CUSTOMER, Pkce, World, decide, get_code, parameters_of, redemption, sign_in
from tests.oauth.world import authorization as authorization_url

Workers = tuple[GraphWorker, GraphWorker]
MAX_EXCHANGES = 3


async def exchange_all(worker: GraphWorker, world: World, token: str, actors: list[str]) -> list[str]:
    """The token, and a token for each exchange of the one before."""
    tokens = [token]
    for actor in actors:
        answer = await exchange(worker, world, actor, tokens[-1])
        assert answer.status_code == 200, answer.text
        tokens.append(str(answer.json()["access_token"]))
    return tokens


async def statuses(workers: Workers, tokens: list[str]) -> list[list[int]]:
    return [[(await worker.ask(token)).status_code for token in tokens] for worker in workers]


async def add_actors(world: World, name: str) -> list[str]:
    actors = [f"{name}-actor{number}" for number in range(MAX_EXCHANGES)]
    for actor in actors:
        await world.add_client(actor)
    return actors


@pytest.mark.parametrize("revoked", [0, 1, 2, 3])
async def test_a_revoked_client_ends_every_token_after_it(graph_workers: Workers, world: World, revoked: int) -> None:
    name = f"derived{revoked}"
    await world.add_client(name, role="auditor")
    clients = [name, *await add_actors(world, name)]
    own = await own_token(graph_workers[0], world, name)
    persons = await persons_token(graph_workers[0], world, name)
    chains = [await exchange_all(graph_workers[0], world, token, clients[1:]) for token in (own, persons)]
    assert await statuses(graph_workers, chains[0] + chains[1]) == [[200] * 8] * 2
    await world.administration.revoke_client(clients[revoked])
    await asyncio.sleep(1.0)
    expected = [200] * revoked + [401] * (4 - revoked)
    assert await statuses(graph_workers, chains[0] + chains[1]) == [expected * 2] * 2


async def test_a_revoked_token_ends_what_it_was_exchanged_for(graph_workers: Workers, world: World) -> None:
    actors = await add_actors(world, "token")
    token, sibling = [await own_token(graph_workers[0], world) for _ in range(2)]
    chain = await exchange_all(graph_workers[0], world, token, actors)
    other = await exchange_all(graph_workers[0], world, sibling, actors)
    middle = {"token": chain[1]}
    await graph_workers[0].http.post("/oauth/revoke", data=middle, auth=world.basic(actors[0]))
    await asyncio.sleep(1.0)
    assert await statuses(graph_workers, chain + other) == [[200, 401, 401, 401] + [200] * 4] * 2
    introspected = {"token": chain[3]}
    answer = await graph_workers[1].http.post("/oauth/introspect", data=introspected, auth=world.basic(actors[2]))
    assert answer.json() == {"active": False}
    assert (await exchange(graph_workers[1], world, "crm", chain[2])).json()["error"] == "invalid_grant"


async def test_a_revoked_contract_ends_its_clients_and_links(
    graph_workers: Workers, world: World, addresses: dict[str, str]
) -> None:
    terms = {"contract": "gone", "role": "partner_client", "purposes": ("partner",)}
    for client in ("gone-till", "gone-shop"):
        await world.add_client(client, **terms)
    await world.administration.link("gone", [CUSTOMER])
    await world.administration.link("acme", [CUSTOMER])
    tokens = [await own_token(graph_workers[0], world, client) for client in ("gone-till", "gone-shop")]
    tokens += (await exchange_all(graph_workers[0], world, tokens[0], ["crm"]))[1:]
    acme = await own_token(graph_workers[0], world, "acme")
    assert await statuses(graph_workers, [*tokens, acme]) == [[200] * 4] * 2
    await world.administration.revoke_contract("gone")
    await asyncio.sleep(1.0)
    assert await statuses(graph_workers, [*tokens, acme]) == [[401, 401, 401, 200]] * 2
    connection = await asyncpg.connect(addresses["core"])
    left = await connection.fetch("SELECT contract FROM core.partner_link ORDER BY contract")
    await connection.close()
    assert [row["contract"] for row in left] == ["acme"]
    await world.administration.unlink("acme", [CUSTOMER])


async def end_by_sign_out(worker: GraphWorker, world: World, code: str) -> None:
    answer = await worker.http.post("/oauth/logout", data={"mark": ""})
    assert answer.status_code == 200


async def end_by_second_use(worker: GraphWorker, world: World, code: str) -> None:
    again = await worker.http.post("/oauth/token", data=redemption(code, Pkce()), auth=world.basic("crm"))
    assert again.json()["error"] == "invalid_grant"


async def end_by_password(worker: GraphWorker, world: World, code: str) -> None:
    await world.administration.set_password("dana", "x")


End = Callable[[GraphWorker, World, str], Awaitable[None]]


@pytest.mark.parametrize("end", [end_by_sign_out, end_by_second_use, end_by_password])
async def test_the_end_of_a_session_or_approval_ends_its_tokens(
    graph_workers: Workers, world: World, end: End, request: pytest.FixtureRequest
) -> None:
    first, username = graph_workers[0], "dana" if end is end_by_password else "kim"
    actors = await add_actors(world, f"end{request.node.callspec.indices['end']}")
    if username == "dana":
        await world.add_account(username)
    other = await persons_token(first, world)
    pkce = Pkce()
    code = await get_code(first.http, "crm", pkce, username)
    redeemed = (await first.http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))).json()
    chain = await exchange_all(first, world, redeemed["access_token"], actors)
    assert await statuses(graph_workers, [*chain, other]) == [[200] * 5] * 2
    await end(first, world, code)
    await asyncio.sleep(1.0)
    assert await statuses(graph_workers, [*chain, other]) == [[401] * 4 + [200]] * 2
    refresh = {"grant_type": "refresh_token", "refresh_token": redeemed["refresh_token"]}
    refreshed = await first.http.post("/oauth/token", data=refresh, auth=world.basic("crm"))
    assert refreshed.json()["error"] == "invalid_grant"


async def test_nothing_is_approved_in_a_session_that_has_ended(
    graph_workers: Workers, world: World, addresses: dict[str, str]
) -> None:
    """The session is read, then deleted, then the approval is to be stored."""
    http, service = graph_workers[0].http, graph_workers[0].service
    http.cookies.clear()
    url = authorization_url("acme", Pkce(), scope="core:read")
    page = await http.get((await sign_in(http, url, "cara")).headers["location"])
    read = service.store.session

    async def read_then_end(digest: bytes) -> object:
        session = await read(digest)
        await service.store.close_session(digest)
        return session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.store, "session", read_then_end)
        answer = await decide(http, page, "allow")
    told = parameters_of(answer)
    assert (told["error"], told["state"], "code" in told) == ("access_denied", "s", False)
    assert answer.headers["location"].startswith(CALLBACK)


def test_the_chain_is_in_the_token_and_of_other_issuers_it_may_be_anything() -> None:
    revocations = Revocations(None)  # type: ignore[arg-type]  # never read
    revocations._known = {("token", "a"): datetime.now(UTC)}
    for odd in (None, 7, "a", {"jti": "a"}, ["a"], [["jti", "a"]], [None]):
        assert not revocations.covers({"jti": "b", "derived_from": odd})
    assert revocations.covers({"jti": "b", "derived_from": [None, {"jti": "a"}]})


async def test_each_exchange_adds_the_token_that_it_took(graph_workers: Workers, world: World) -> None:
    chain = await exchange_all(graph_workers[0], world, await own_token(graph_workers[0], world), ["crm", "crm"])
    first, second, third = map(content_of, chain)
    assert "derived_from" not in first
    source = {name: first[name] for name in ("jti", "client_id", "iat")}
    assert second["derived_from"] == [source]
    assert third["derived_from"] == [source, {name: second[name] for name in ("jti", "client_id", "iat")}]
