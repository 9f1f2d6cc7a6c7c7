"""A60: whatever is asked, found, or goes wrong, traces hold none of it: looked for in the bytes that leave."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest

from auth.departments import DEPARTMENTS
from auth.policy.rules import Policy
from auth.tokens.keys import development_key
from auth.tokens.minting import mint
from datasources.engine.running.database import Database
from datasources.unavailable import Unavailable
from server.settings.environment import load
from server.trust.identity import expected_claims
from tests.faults.served import Answered, Served, read, served
from tests.oracle.world import World
from tests.permissions.attacks.attacks import Copy
from tests.permissions.test_canaries import MARK, SUM, _cases, _planted, _wrong
from tests.permissions.world.probes import ONE
from tests.permissions.world.worlds import rewrite
from tests.traces.collector import Collector, collecting

ROLES = (("service_agent", "care"), ("privacy_officer", "rights"), ("marketing_campaigner", "direct_marketing"))
# Whatever a client can send beside the operation.
BESIDE = {
    "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "Tracestate": f"vendor={MARK}",
    "Baggage": f"customer={MARK}",
    "User-Agent": MARK,
    "X-Forwarded-For": MARK,
    "Cookie": f"session={MARK}",
    "Origin": f"https://{MARK}.example",
}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as started:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.url)
        yield started


@pytest.fixture
async def world(copy: Copy, original_rows: World) -> tuple[str, World]:
    """Its address, and its rows, with canaries in them."""
    address, rows = await copy(), _planted(original_rows)
    await rewrite(address, rows)
    return address, World({**original_rows.tables, **rows})


@asynccontextmanager
async def watched(address: str, folder: Path) -> AsyncIterator[Served]:
    wanted = {"traces": "on", "metrics": "on", "log_operations": "on", "max_cost": "10000000", "deadline_ms": "60000"}
    async with served(dict.fromkeys(DEPARTMENTS, address), folder, **wanted) as server:
        yield server


def tokens(folder: Path, policy: Policy) -> Mapping[str, str]:
    """Tokens by purpose, of a viewer whose own name is a canary."""
    key, wanted = development_key(folder), expected_claims(load({"CUSTOMER360_DATA_DIR": str(folder)}), policy)
    return {
        purpose: mint(key, wanted, role=role, purposes=[purpose], subject=f"{MARK}-subject") for role, purpose in ROLES
    }


async def sent(server: Served, target: str, body: bytes = b"", **headers: str) -> Answered:
    told = {"Host": "x", "Content-Type": "application/json", "Content-Length": str(len(body)), **BESIDE, **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    async with server.connected() as (reader, writer):
        writer.write(f"{'POST' if body else 'GET'} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return await read(reader)


async def _ask_everything(server: Served, world: World, by_purpose: Mapping[str, str]) -> int:
    """Asks whatever there is to ask, and counts what canaries the answers show to those who may see them."""
    seen = 0
    for number, (purpose, token) in enumerate(by_purpose.items()):
        given = {"Authorization": f"Bearer {token}", "Customer360_Purpose": purpose}
        for document, variables in (*_cases(world, number), *_wrong(world)):
            body = orjson.dumps({"query": document, "variables": variables, "operationName": None})
            seen += str((await sent(server, "/graphql", body, **given)).body).count(MARK)
        named = orjson.dumps({"query": f"query {MARK} {{ {MARK}: __typename }}", "operationName": MARK})
        await sent(server, "/graphql", named, **given)
        await sent(server, f"/graphql?query={quote(f'{{ {MARK}: __typename }}')}&operationName={MARK}", b"", **given)
        await sent(server, f"/graphql?query={MARK}&access_token={MARK}", b"", **given)
        await sent(server, "/graphql", named, **given | {"Customer360_Purpose": MARK})
        await sent(server, "/graphql", named, **given | {"Customer360_Dry_Run": MARK})
        await sent(server, "/graphql", named, Authorization=f"Bearer {MARK}")
    return seen


async def test_a60_traces_hold_nothing_that_was_asked_or_found(
    world: tuple[str, World], policy: Policy, tmp_path: Path, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address, rows = world
    by_purpose = tokens(tmp_path, policy)
    async with watched(address, tmp_path) as server:
        assert await _ask_everything(server, rows, by_purpose) > 500
        lines = (await server.get("/metrics")).body.decode().splitlines()
    # When a metric began is a number of ten digits, which may look like anything.
    metrics = "\n".join(line for line in lines if "_created" not in line)
    left = b"".join(collector.bodies)
    assert len(collector.operations) > 100
    ids = [row["id"] for row in rows.tables["core.customer"]]
    nowhere = [
        *(text.encode() for text in (MARK, str(SUM)[:6], "customer360-cli", *by_purpose, *by_purpose.values())),
        *(role.encode() for role, _ in ROLES),
        *(str(row["number"]).encode() for row in rows.tables["core.customer"]),
        *(str(each).encode() for each in ids),
        *(each.bytes for each in ids),
        # Of documents, and of statements.
        *(b"displayName", b"customer(", b"$by", b"SELECT", b"core.customer"),
    ]
    assert [each for each in nowhere if each in left] == []
    # Nor do the two others that operators read: A61.
    told = metrics + "".join(each.getMessage() for each in caplog.records if each.name.startswith("customer360"))
    assert [each for each in (MARK, str(SUM)[:6], *map(str, ids)) if each in told] == []


async def test_a60_a_stage_that_fails_says_nothing_of_the_row(
    world: tuple[str, World],
    policy: Policy,
    tmp_path: Path,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a known kind, or an unexpected exception."""
    address, _ = world
    token = tokens(tmp_path, policy)["care"]
    body = orjson.dumps({"query": ONE, "variables": {"by": {"number": "C-000001"}}})
    async with watched(address, tmp_path) as server:
        for kind in (Unavailable, KeyError):

            async def failing(*_: object, kind: type[Exception] = kind) -> object:
                raise kind(f"invalid input: {MARK}-core.customer.display_name-1")

            monkeypatch.setattr(Database, "rows", failing)
            await sent(server, "/graphql", body, Authorization=f"Bearer {token}", Customer360_Purpose="care")
    asked = [each.facts for each in collector.spans if each.name == "ask"]
    assert [each["error.type"] for each in asked] == ["unavailable", "unavailable", "keyerror"]
    assert [each.is_error for each in collector.operations] == [True, True]
    assert MARK.encode() not in b"".join(collector.bodies)
