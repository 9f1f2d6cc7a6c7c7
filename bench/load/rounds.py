"""Rounds: load the servers in turn, so that other work on the machine affects all of them."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.answers.verify import ask
from bench.contestants.servers import Server
from bench.load.processes import Process
from bench.load.run import Measured, Target, load
from bench.workloads.dataset import DataSet
from bench.workloads.operations import Workload

START_TIMEOUT_SECONDS = 60
WARM_UP_SECONDS = 2


class NotStartedError(Exception):
    """A server did not start. The message has the end of its output."""


@contextmanager
def start_server(server: Server, data: DataSet, headers: tuple[str, ...], workload: Workload) -> Iterator[Target]:
    """Start the server, wait until it answers the workload, and stop it at the end."""
    port = free_port()
    log = data.folder / f"log-{server.name}.txt"
    process = Process(server.command_at(port), server.environment, log)
    target = Target(server.name, port, process.pid, headers, server.documents)
    try:
        first = workload.document(target.documents), workload.variables[0]
        wait_until_ready(server.name, process, lambda: ask(target, *first))
        yield target
    finally:
        process.stop()


def wait_until_ready(name: str, process: Process, answers: Callable[[], object]) -> None:
    """Call `answers` until it succeeds. Raises NotStartedError after `START_TIMEOUT_SECONDS`."""
    until = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            answers()
        except OSError as error:
            if not process.is_alive or time.monotonic() > until:
                raise NotStartedError(f"{name} does not answer ({error}): {process.output_end()}") from error
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
    """Warm up, then run the rounds, every second one in reverse, so that the order of servers does not count."""
    folder = _folder(data)
    for server, target in targets:
        for workload in workloads:
            if workload.name in server.workloads:
                load(folder, target, workload, data.postmaster, connections, WARM_UP_SECONDS)
    for turn in range(rounds):
        for workload in workloads:
            for server, target in targets if turn % 2 == 0 else targets[::-1]:
                if workload.name in server.workloads:
                    yield load(folder, target, workload, data.postmaster, connections, seconds)


def _folder(data: DataSet) -> Path:
    folder = data.folder / "requests"
    folder.mkdir(exist_ok=True)
    return folder
