"""Five subgraph processes, the whole graph in a sixth, and the gateway over the five."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx2 as httpx
import orjson

from auth.departments import DEPARTMENTS
from deploy.processes import ROOT, compose, start_gateway, url_of
from schema.federation.subgraphs import print_subgraphs
from tests.federation.subgraph import Role

UPSTREAM_MS = 2500
# No TLS is used here; a default context would read every certificate authority, which takes 40 ms.
NO_AUTHORITIES = SSLContext(PROTOCOL_TLS_CLIENT)
COMMAND = [sys.executable, "-m", "tests.federation.counted"]


@dataclass
class Stack:
    """`urls` of every subgraph, of the `whole` graph, and of the `gateway`."""

    urls: dict[str, str]
    processes: dict[str, subprocess.Popen[str]]
    environment: Mapping[str, str]
    gateway_log: Path
    tokens: dict[Role, str] = field(default_factory=dict)
    # Settings of single processes, by name.
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def headers(self, role: Role, **more: str) -> dict[str, str]:
        bearer = {"authorization": f"Bearer {self.token(role)}", "accept": "application/json"}
        return bearer | ({"customer360-purpose": role[1]} if role[1] else {}) | more

    def token(self, role: Role, *more: str) -> str:
        if role not in self.tokens:
            name, purpose = role
            options = ["--role", name, *(["--purpose", purpose] if purpose else []), *more]
            command = [*COMMAND, "token", *options]
            made = subprocess.run(
                command, cwd=ROOT, env=dict(self.environment), check=True, capture_output=True, text=True
            )
            self.tokens[role] = made.stdout.strip()
        return self.tokens[role]

    async def ask(self, where: str, document: str, role: Role, **variables: Any) -> Any:
        async with http_client() as client:
            body = {"query": document, "variables": variables}
            answer = await client.post(self.urls[where], json=body, headers=self.headers(role))
        return orjson.loads(answer.content)

    async def counts(self) -> dict[str, Any]:
        """The requests to each subgraph since the last call, and the statements that it ran."""
        found = {}
        async with http_client() as client:
            for name in DEPARTMENTS:
                answer = await client.get(self.urls[name].replace("/graphql", "/counts"))
                found[name] = orjson.loads(answer.content)
        return found

    def start(self, *names: str, port: int = 0) -> None:
        """Start the processes and wait until they answer."""
        for name in names:
            which = [] if name == "whole" else ["--subgraph", name]
            environment = {**self.environment, **self.own.get(name, {})}
            port_ = [] if "CUSTOMER360_PORT" in environment else ["--port", str(port)]
            command = [*COMMAND, "serve", *which, *port_]
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
            )
        self.urls |= {name: url_of(self.processes[name]) for name in names}

    def restart(self, name: str) -> None:
        """Restart on the same port, as a supervisor would."""
        self.start(name, port=httpx.URL(self.urls[name]).port or 0)

    def end(self) -> None:
        for name in self.processes:
            self.kill(name)

    def kill(self, name: str) -> None:
        """Kill the process and wait for its end."""
        with self.processes[name] as process:
            process.kill()

    def freeze(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGCONT)


def http_client(**more: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=30, verify=NO_AUTHORITIES, **more)


@contextmanager
def running_stack(
    addresses: Mapping[str, str], folder: Path, own: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[Stack]:
    environment = {**os.environ, "CUSTOMER360_DATA_DIR": str(folder / "data"), "UPSTREAM_TIMEOUT_MS": str(UPSTREAM_MS)}
    environment |= {f"CUSTOMER360_{name.upper()}_DATABASE_URL": url for name, url in addresses.items()}
    stack = Stack({}, {}, environment, folder / "gateway.log", own=own or {})
    with ExitStack() as ending:
        ending.callback(stack.end)
        stack.start(*DEPARTMENTS, "whole")
        sdl = folder / "sdl"
        sdl.mkdir()
        for name, text in print_subgraphs().items():
            (sdl / f"{name}.graphql").write_text(text)
        assert compose(sdl, stack.urls, folder / "supergraph.graphql") == []
        port = free_port()
        log = ending.enter_context(stack.gateway_log.open("w"))
        stack.processes["gateway"] = start_gateway(folder / "supergraph.graphql", port, environment, log)
        stack.urls["gateway"] = f"http://127.0.0.1:{port}/graphql"
        yield stack


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
