"""`python -m bench.abuse`: processor time of each abusive request until it is refused.

No database is needed, because none of these requests fetches data.
"""

import asyncio
import gc
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc.jwk import ECKey

from auth.departments import DEPARTMENTS
from auth.policy.file import load
from auth.policy.reach import Reach
from auth.tokens.claims import ExpectedClaims
from auth.tokens.keys import TrustedKeys
from auth.tokens.minting import mint
from auth.tokens.verifier import Verifier
from bench.workloads.abuses import ABUSES, Abuse
from datasources.engine.running.databases import Databases
from resolvers.graph import Graph
from server.graphql.bearer import Authenticator
from server.graphql.bounds.body import BodyReader
from server.graphql.cors import AllowedOrigins
from server.graphql.endpoint import GraphQLOverHTTP
from server.graphs import build_graph

NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
EXPECTED = ExpectedClaims("urn:abuse", "urn:abuse", {"service_agent": Reach.ALL})
MAX_BODY = 1 << 20


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The GraphQL endpoint over the real graph, called without a socket. Its databases are unreachable."""

    app: GraphQLOverHTTP
    token: str

    @classmethod
    def over(cls, graph: Graph) -> "Endpoint":
        key = ECKey.generate_key("P-256", auto_kid=True)
        token = mint(key, EXPECTED, role="service_agent", purposes=["care"], subject="abuser")
        authenticator = Authenticator(Verifier(EXPECTED, TrustedKeys([key])), ["care"])
        return cls(GraphQLOverHTTP(graph, authenticator, BodyReader(MAX_BODY, 10_000), AllowedOrigins([])), token)

    async def ask(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Send one request and return the status and the first error's code."""
        sent: list[Any] = []

        bodies = iter([body])

        async def receive() -> dict[str, Any]:
            for each in bodies:
                return {"type": "http.request", "body": each, "more_body": False}
            # The client stays connected, so no disconnect message follows.
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(self._scope(headers), receive, send)
        answer = orjson.loads(sent[1]["body"])
        return sent[0]["status"], answer["errors"][0]["extensions"]["code"] if "errors" in answer else ""

    def _scope(self, headers: Mapping[str, str]) -> dict[str, Any]:
        sent = {
            "host": "abuse.test",
            "accept": "application/graphql-response+json",
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "customer360-purpose": "care",
            **headers,
        }
        head = [(name.encode(), value.encode()) for name, value in sent.items()]
        return {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": head}


class NoLog:
    """An access log that must stay empty, because nothing is disclosed."""

    async def store(self, record: object, deadline: float) -> None:
        raise AssertionError(record)


async def processor_milliseconds(endpoint: Endpoint, abuse: Abuse) -> float:
    """Processor time of the first answer, for a document that is not cached yet."""
    body = abuse.make()
    started = time.process_time()
    answer = await endpoint.ask(body, abuse.headers)
    spent = time.process_time() - started
    assert answer == (abuse.status, abuse.code), (abuse.name, answer)
    return spent * 1000


async def main() -> None:
    async with AsyncExitStack() as stack:
        databases = await stack.enter_async_context(Databases.open(dict.fromkeys(DEPARTMENTS, NOWHERE)))
        endpoint = Endpoint.over(build_graph(databases, load(), NoLog()))
        # Freeze the schema's objects, so that no collection over them is charged to a request.
        gc.collect()
        gc.freeze()
        for abuse in ABUSES:
            spent = await processor_milliseconds(endpoint, abuse)
            print(f"{spent:8.1f} ms  {abuse.status} {abuse.code:28} {abuse.name}")


if __name__ == "__main__":
    asyncio.run(main())
