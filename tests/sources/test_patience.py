"""A ticket system that hangs, breaks or cannot is given up at once when it failed often, and found when it is back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import create_server

import pytest

from datasources.engine.running.breaker import FAILURES_TO_OPEN, Breaker, State
from datasources.engine.running.databases import QUEUE_PER_PLACE
from datasources.sources.rest import Client
from datasources.unavailable import Failing, Late, Lost, Unavailable
from tests.sources.conftest import Asked, Open
from tests.sources.process import SECRET_OF_TESTS, Remote
from tests.sources.test_faults import CARD, lost

TWO_RESOURCES = """{ customer(by: {number: "C-000001"}) {
  service { openTicketCount calls(last: 2) { totalCount } tickets { nodes { messages { totalCount } } } } } }"""
OF_TWO_RESOURCES = ["calls", "messages", "tickets"]
# How long service may take here: far longer than it does, far less than the whole answer may.
BUDGET_MS = 1_000


def breaker(graph: Asked) -> Breaker:
    return graph.graph._databases.behind("service").patience.breaker


def rest(graph: Asked, seconds: float = float("inf")) -> None:
    """Open its breaker, for so long: unless a test says otherwise, as long as the test looks."""
    breaker(graph)._seconds_open = seconds
    breaker(graph)._open()


@contextmanager
def frozen(remote: Remote) -> Iterator[None]:
    remote.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        remote.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def hanging_up() -> AsyncIterator[tuple[str, list[int]]]:
    """A server that ends every connection as soon as it is asked, and counts them."""
    taken = list[int]()

    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    server = await asyncio.start_server(end, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", taken


async def test_one_that_hangs_costs_its_fields_until_it_is_back(over: Open, remote: Remote) -> None:
    async with over(budget_ms=BUDGET_MS) as graph:
        whole = await graph.body(CARD)
        with frozen(remote):
            for _ in range(FAILURES_TO_OPEN):
                await lost(graph)
            assert breaker(graph).state is State.OPEN
        async with asyncio.timeout(60):
            while await graph.body(CARD) != whole:  # noqa: ASYNC110 - nothing tells when a breaker closes
                await asyncio.sleep(0.05)
        places = graph.graph._databases.behind("service").places
        assert (breaker(graph).state, places.in_use, places.waiting) == (State.CLOSED, 0, 0)


async def test_connections_that_break_are_soon_not_made_any_more(over: Open) -> None:
    async with hanging_up() as (url, taken), over(url=url) as graph:
        for _ in range(FAILURES_TO_OPEN):
            await lost(graph)
        # Each was asked once more.
        assert (len(taken), breaker(graph).state) == (2 * FAILURES_TO_OPEN, State.OPEN)
        rest(graph)
        await lost(graph)
        assert len(taken) == 2 * FAILURES_TO_OPEN


async def test_while_its_breaker_is_open_it_is_not_asked(graph: Asked, remote: Remote) -> None:
    rest(graph)
    await lost(graph)
    assert remote.asked() == []


async def test_one_answer_is_one_try_however_many_requests_it_takes(graph: Asked, remote: Remote) -> None:
    """Were each request a try of its own, the first would be let through, the others not, and it would never close."""
    whole = await graph.body(TWO_RESOURCES)
    remote.asked()
    rest(graph, 0)
    assert await graph.body(TWO_RESOURCES) == whole
    assert [line.split()[0] for line in remote.asked()] == OF_TWO_RESOURCES
    assert breaker(graph).state is State.CLOSED


async def test_one_answer_is_one_failure_however_many_requests_it_takes(graph: Asked, remote: Remote) -> None:
    remote.fail("status 500")
    for state in [State.CLOSED] * (FAILURES_TO_OPEN - 1) + [State.OPEN]:
        await graph.body(TWO_RESOURCES)
        assert breaker(graph).state is state


async def test_what_cannot_be_read_is_no_outage(graph: Asked, remote: Remote) -> None:
    """It answers, and other customers' rows may be well."""
    remote.fail("a number")
    for _ in range(FAILURES_TO_OPEN):
        await lost(graph)
    assert breaker(graph).state is State.CLOSED


async def test_nothing_asked_is_nothing_learned(graph: Asked, restricted: str) -> None:
    """Of a customer whose processing is restricted nothing of service is shown, whether it is there or not."""
    whole = await graph.body(restricted)
    for seconds in (float("inf"), 0):
        rest(graph, seconds)
        assert await graph.body(restricted) == whole
        assert breaker(graph).state is State.OPEN


async def test_no_more_wait_for_it_than_may(over: Open, remote: Remote) -> None:
    async with over(pool_size=1) as graph:
        whole = await graph.body(CARD)
        with frozen(remote):
            asked = [asyncio.create_task(graph.body(CARD)) for _ in range(QUEUE_PER_PLACE + 4)]
            # Those who are answered found no place to wait.
            answered = asyncio.as_completed(asked)
            for _ in range(3):
                await next(answered)
            places = graph.graph._databases.behind("service").places
            assert (places.in_use, places.waiting) == (1, QUEUE_PER_PLACE)
        answers = [await each for each in asked]
    assert answers.count(whole) == 1 + QUEUE_PER_PLACE
    assert breaker(graph).state is State.CLOSED


@pytest.mark.parametrize(
    ("fault", "kind"), [("status 500", Failing), ("status 429", Failing), ("status 404", Unavailable), ("null", None)]
)
async def test_a_status_says_whose_fault_it_is(fault: str, kind: type[Unavailable] | None, remote: Remote) -> None:
    remote.fail(fault)
    assert await _told(f"{remote.url}/seeded/", lambda now: now + 60) is kind


async def test_a_connection_says_whose_fault_it_is(remote: Remote) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert await _told(f"http://127.0.0.1:{port}/", lambda now: now + 60) is Lost
    async with hanging_up() as (url, _):
        assert await _told(url, lambda now: now + 60) is Lost
    with frozen(remote):
        assert await _told(f"{remote.url}/seeded/", lambda now: now + 0.05) is Late


async def _told(url: str, until: Callable[[float], float]) -> type[Unavailable] | None:
    async with Client.open(url, SECRET_OF_TESTS, 1) as client:
        try:
            await client.get("tickets", {"fields": "id"}, until(asyncio.get_running_loop().time()))
        except Unavailable as error:
            return type(error)
    return None
