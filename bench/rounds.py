"""Rounds: every server is loaded in turn, again and again, so that whatever else the machine does meets them all."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.dataset import DataSet
from bench.load import Measured, Target, load
from bench.processes import Process
from bench.servers import Server
from bench.verify import ask
from bench.workloads import Workload

SECONDS_TO_START = 60
WARM_UP = 2


class NotStartedError(Exception):
    """A server did not come to answer. The message holds the end of what it printed."""


@contextmanager
def started(server: Server, data: DataSet, headers: tuple[str, ...], workload: Workload) -> Iterator[Target]:
    """The server, once it answers."""
    port = free_port()
    log = data.folder / f"log-{server.name}.txt"
    process = Process(server.command_at(port), server.environment, log)
    target = Target(server.name, port, process.pid, headers, server.documents)
    try:
        first = workload.document(target.documents), workload.variables[0]
        wait_for(server.name, process, lambda: ask(target, *first))
        yield target
    finally:
        process.stop()


def wait_for(name: str, process: Process, answers: Callable[[], object]) -> None:
    """Try until the process answers. Raises NotStartedError."""
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            answers()
        except OSError as error:
            if not process.is_alive or time.monotonic() > until:
                raise NotStartedError(f"{name} does not answer ({error}): {process.said()}") from error
            time.sleep(0.2)
        else:
            return


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def measure(
    data: DataSet,
    targets: Sequence[tuple[Server, Target]],
    workloads: Sequence[Workload],
    *,
    rounds: int,
    seconds: int,
    connections: int,
) -> Iterator[Measured]:
    """Warm everything up, then the rounds: there and back, so that nobody always follows the same neighbour."""
    folder = _folder(data)
    for server, target in targets:
        for workload in workloads:
            if workload.name in server.workloads:
                load(folder, target, workload, data.postmaster, connections, WARM_UP)
    for turn in range(rounds):
        for workload in workloads:
            for server, target in targets if turn % 2 == 0 else targets[::-1]:
                if workload.name in server.workloads:
                    yield load(folder, target, workload, data.postmaster, connections, seconds)


def _folder(data: DataSet) -> Path:
    folder = data.folder / "requests"
    folder.mkdir(exist_ok=True)
    return folder
