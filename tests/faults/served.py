"""The server on a real socket in the loop of the test, over databases that the test may break."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from auth.tokens.keys import development_key
from auth.tokens.minting import mint
from datasources.engine.running.databases import Databases
from resolvers.graph import Graph
from server.app import Customer360
from server.backend import opener
from server.process.draining import DrainingServer
from server.process.serving import listen, make_server
from server.settings.environment import load
from server.trust.identity import expected_claims, policy_of, verifier

CARD = """query($number: String!) { customer(by: {number: $number}) { number displayName
  finance { balance { amount } invoices(first: 2) { nodes { number } } } sales { orders(first: 1) { nodes { number } } }
  service { openTicketCount } marketing { segments { name } } } }"""
SECONDS_TO_ANSWER = 30


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Served:
    """A server that listens, with a token of a service agent for it."""

    app: Customer360
    server: DrainingServer
    port: int
    token: str

    @property
    def graph(self) -> Graph:
        assert self.app._backend is not None
        graph = self.app._backend.graph
        assert isinstance(graph, Graph)
        return graph

    @property
    def databases(self) -> Databases:
        return self.graph._databases

    async def ask(self, document: str = CARD, **variables: Any) -> Answered:
        async with self.connected() as (reader, writer):
            writer.write(self.request(document, **variables))
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await read(reader)

    async def get(self, path: str) -> Answered:
        async with self.connected() as (reader, writer):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await read(reader)

    def request(self, document: str = CARD, **variables: Any) -> bytes:
        return request(self.token, document, "care", **variables)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


def request(token: str, document: str = CARD, purpose: str = "care", **variables: Any) -> bytes:
    body = orjson.dumps({"query": document, "variables": variables or {"number": "C-000001"}})
    head = (
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {token}\r\nCustomer360-Purpose: {purpose}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def read(reader: asyncio.StreamReader) -> Answered:
    """One response; what is no JSON stays bytes."""
    start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    is_json = "json" in headers.get("content-type", "")
    return Answered(int(start.split()[1]), headers, orjson.loads(body) if is_json else body)


@asynccontextmanager
async def served(addresses: Mapping[str, str], folder: Path, **given: str) -> AsyncIterator[Served]:
    """Serves these databases with these settings besides the defaults, until the end."""
    environment = {"CUSTOMER360_DATA_DIR": str(folder), "CUSTOMER360_OAUTH": "off"}
    settings = load(environment | {f"CUSTOMER360_{name.upper()}": value for name, value in given.items()})
    policy = policy_of(settings)
    app = Customer360(settings, verifier(settings, policy), policy.purposes, opener(settings, policy, addresses))
    listener = listen(replace(settings, port=0))
    started = asyncio.Event()
    server = make_server(app, settings, started.set)
    serving = asyncio.create_task(server._serve([listener]))
    key, wanted = development_key(folder), expected_claims(settings, policy)
    token = mint(key, wanted, role="service_agent", purposes=["care"], subject="kim")
    await started.wait()
    try:
        yield Served(app, server, listener.getsockname()[1], token)
    finally:
        server.should_exit = True
        await serving
