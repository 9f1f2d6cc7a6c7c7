"""Starts the remote ticket system, fills it, and asks it what it was asked."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any

import httpx2 as httpx

from deploy.examples.sample_tickets import write
from deploy.examples.tickets import SECRET
from tests.house.project import ROOT

SECRET_OF_TESTS = "the-secret-of-tests"
_TABLES = {"tickets": "ticket", "messages": "message", "calls": "call", "feedback": "feedback"}

Tables = Mapping[str, Iterable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Remote:
    """A running ticket system, with accounts of as many worlds as tests need."""

    folder: Path
    url: str
    process: "subprocess.Popen[bytes]"

    def add(self, account: str, tables: Tables) -> str:
        """Make an account of the rows of service's tables, and return its address."""
        write(self.folder / account, {resource: tables[f"service.{table}"] for resource, table in _TABLES.items()})
        return f"{self.url}/{account}/"

    def fail(self, fault: str) -> None:
        httpx.put(f"{self.url}/-/fault", content=fault)

    def asked(self) -> list[str]:
        """What it was asked since the last time, in alphabetical order."""
        return sorted(httpx.get(f"{self.url}/-/asked").json())


@contextmanager
def running(folder: Path) -> Iterator[Remote]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.sources.remote", str(folder), str(port)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, SECRET: SECRET_OF_TESTS}) as process:
        remote = Remote(folder, f"http://127.0.0.1:{port}", process)
        try:
            _wait(remote)
            yield remote
        finally:
            process.kill()


def _wait(remote: Remote) -> None:
    for _ in range(600):
        try:
            remote.asked()
        except httpx.TransportError:
            assert remote.process.poll() is None, "the ticket system ended"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the ticket system does not answer")
