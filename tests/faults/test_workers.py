"""Several workers share a socket and nothing that permissions rest on; one that goes is replaced."""

from __future__ import annotations

import asyncio
import signal
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import psutil
import pytest

from auth.departments import Department
from auth.policy import file as policy_file
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from datasources.core.ledger import record
from datasources.oauth.store import OAuthStore
from datasources.sample.seed import seed
from tests.conftest import SEEDED_TODAY
from tests.faults.balancer import Streams, balanced
from tests.faults.processes import Serving, serving
from tests.faults.served import read, request

pytestmark = pytest.mark.slow
SECONDS = 90
WORKERS = 2
NAME = "query($number: String!) { customer(by: {number: $number}) { displayName } }"


def workers(server: Serving) -> dict[int, psutil.Process]:
    return {each.pid: each for each in psutil.Process(server.process.pid).children() if each.is_running()}


@asynccontextmanager
async def one_each(server: Serving) -> AsyncIterator[dict[int, Streams]]:
    """A connection to each worker, told apart by the ports of the sockets that they hold."""
    opened: list[Streams] = []
    found: dict[int, Streams] = {}
    try:
        async with asyncio.timeout(SECONDS):
            while len(found) < WORKERS:
                several = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(8)]
                opened += several
                # Whoever answers has accepted it; those found before are kept from being closed as idle.
                for streams in (*found.values(), *several):
                    streams[1].write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    await read(streams[0])
                for streams in several:
                    found.setdefault(_holder(server, streams), streams)
        yield found
    finally:
        for _, writer in opened:
            writer.close()


def _holder(server: Serving, streams: Streams) -> int:
    port = streams[1].get_extra_info("sockname")[1]
    for pid, process in workers(server).items():
        if any(each.raddr[1:] == (port,) for each in process.net_connections("tcp")):
            return pid
    raise AssertionError("nobody holds the connection")


async def asked(streams: Streams, token: str, purpose: str = "care") -> Any:
    reader, writer = streams
    writer.write(request(token, NAME, purpose))
    return (await read(reader)).body


async def test_a_consent_that_is_withdrawn_counts_on_each_worker(addresses: dict[str, str], tmp_path: Path) -> None:
    await seed(addresses, customers=3, seed=7, today=SEEDED_TODAY)
    customer = await _id(addresses["core"])
    with serving(addresses, tmp_path, "workers", "--workers", str(WORKERS), oauth="off") as server:
        token = server.token("marketing_campaigner", "direct_marketing")
        async with one_each(server) as connections:
            for state in (PrivacyState.CONSENT_GIVEN, PrivacyState.CONSENT_WITHDRAWN, PrivacyState.CONSENT_GIVEN):
                await _said(addresses, customer, state)
                found = [await asked(each, token, "direct_marketing") for each in connections.values()]
                is_shown = state is PrivacyState.CONSENT_GIVEN
                assert [each["data"]["customer"]["displayName"] is not None for each in found] == [is_shown] * WORKERS


async def test_a_token_that_is_revoked_is_refused_by_each_worker(addresses: dict[str, str], tmp_path: Path) -> None:
    with serving(addresses, tmp_path, "workers", "--workers", str(WORKERS)) as server:
        token = server.token()
        async with one_each(server) as connections:
            assert ["data" in await asked(each, token) for each in connections.values()] == [True] * WORKERS
            async with OAuthStore.open(addresses["core"]) as store:
                await store.revoke("token", _claims(token)["jti"], datetime.now(UTC) + timedelta(hours=1))
            # As long as a worker may rest on what it knows.
            await asyncio.sleep(1)
            found = [await asked(each, token) for each in connections.values()]
    assert [each["errors"][0]["extensions"]["code"] for each in found] == ["UNAUTHENTICATED"] * WORKERS


@pytest.mark.alone
async def test_hangup_brings_the_new_policy_to_each_and_fails_nobody(seeded: dict[str, str], tmp_path: Path) -> None:
    policy, whole = tmp_path / "policy.toml", policy_file.POLICY_FILE.read_text()
    policy.write_text(whole)
    given = {"oauth": "off", "policy_file": str(policy)}
    with serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), **given) as server:
        token, before = server.token(), set(workers(server))
        async with balanced([server.port], request(token), clients=4) as balancer:
            policy.write_text(f"{whole}\nnot a policy")
            server.process.send_signal(signal.SIGHUP)
            await until(lambda: "those who run go on" in server.said.read_text())
            assert set(workers(server)) == before
            policy.write_text(whole.replace('"user.name", ', ""))
            server.process.send_signal(signal.SIGHUP)
            await until(lambda: "all workers are replaced" in server.said.read_text())
        assert set(balancer.seen) == {200}
        after = set(workers(server))
        async with one_each(server) as connections:
            found = [await asked(each, token) for each in connections.values()]
    assert [each["data"]["customer"]["displayName"] for each in found] == [None] * WORKERS
    assert (len(after), before & after) == (WORKERS, set())


async def test_one_that_is_killed_is_replaced(seeded: dict[str, str], tmp_path: Path) -> None:
    with serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), oauth="off") as server:
        token, before = server.token(), workers(server)
        victim = next(iter(before))
        before[victim].kill()
        await until(lambda: len(workers(server).keys() - before.keys()) == 1)
        async with one_each(server) as connections:
            assert victim not in connections
            assert ["data" in await asked(each, token) for each in connections.values()] == [True] * WORKERS


async def test_one_that_stands_still_is_replaced_and_one_that_was_busy_is_not(
    seeded: dict[str, str], tmp_path: Path
) -> None:
    with serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), oauth="off") as server:
        token, before = server.token(), workers(server)
        async with one_each(server) as connections:
            busy, still = (before[pid] for pid in connections)
            busy.suspend()
            await asyncio.sleep(3)
            busy.resume()
            still.suspend()
            unanswered = asyncio.create_task(asked(connections[still.pid], token))
            answered = 0
            while still.is_running() and not unanswered.done():
                answered += "data" in await asked(connections[busy.pid], token)
            # It was asked all the while, and whoever waited for the other was not left waiting.
            assert answered > 0
            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await unanswered
        await until(lambda: len(workers(server)) == WORKERS)
        async with one_each(server) as connections:
            assert (busy.pid in connections, still.pid in connections) == (True, False)
            assert ["data" in await asked(each, token) for each in connections.values()] == [True] * WORKERS
    lines = [line.partition(" a worker ")[2] for line in server.said.read_text().splitlines() if " a worker " in line]
    assert lines == ["has stood still for 10 seconds; another takes its place"]


async def test_they_end_with_the_one_who_started_them(seeded: dict[str, str], tmp_path: Path) -> None:
    """Killed, it could not tell them; told to end, it waits for them."""
    for number in (signal.SIGKILL, signal.SIGTERM):
        with serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), oauth="off") as server:
            started = workers(server)
            server.process.send_signal(number)
            assert await asyncio.to_thread(server.process.wait, SECONDS) == (-number if number is signal.SIGKILL else 0)
            await until(partial(_have_ended, list(started.values())))


def test_workers_that_cannot_start_are_not_waited_for(seeded: dict[str, str], tmp_path: Path) -> None:
    """What is wrong is said once, and the port is free again."""
    with (
        pytest.raises(AssertionError, match="customer360: "),
        serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), policy_file=str(tmp_path)),
    ):
        pass


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110 - other processes tell nobody here
            await asyncio.sleep(0.05)


def _have_ended(processes: list[psutil.Process]) -> bool:
    return not any(each.is_running() for each in processes)


async def _id(address: str) -> UUID:
    connection = await asyncpg.connect(address)
    try:
        found: UUID = await connection.fetchval("SELECT id FROM core.customer WHERE number = 'C-000001'")
        return found
    finally:
        await connection.close()


async def _said(addresses: dict[str, str], customer: UUID, state: PrivacyState) -> None:
    basis, topic = LegalBasis.CONSENT, PrivacyTopic.DIRECT_MARKETING
    await record(addresses, customer, topic, state, via=Department.CORE, legal_basis=basis)


def _claims(token: str) -> Any:
    payload = token.split(".")[1]
    return orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
