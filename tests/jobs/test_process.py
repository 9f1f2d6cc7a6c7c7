"""`customer360 jobs`, and the process that `serve` keeps beside its workers."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from datasources.jobs.queue import JobQueue
from tests.faults.processes import COMMAND, Serving, serving

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

SECONDS = 60
REGISTERED = "SELECT count(*) FROM core.job_schedule WHERE due_at > now()"
ONE_WORKER_AND_TWO = [(), ("--workers", "2")]


def jobs_processes(server: Serving) -> list[psutil.Process]:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [each for each in children if each.is_running() and "jobs" in _command(each)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        # It ended meanwhile.
        return []


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(0.05)


async def until_registered(connection: "Connection") -> None:
    async with asyncio.timeout(SECONDS):
        while not await connection.fetchval(REGISTERED):  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("options", ONE_WORKER_AND_TWO)
async def test_serve_runs_jobs_beside_its_workers_and_ends_them(
    addresses: dict[str, str], connection: "Connection", tmp_path: Path, options: tuple[str, ...]
) -> None:
    with serving(addresses, tmp_path, "jobs", *options, oauth="off", jobs="on") as server:
        await until_registered(connection)
        (process,) = jobs_processes(server)
        server.process.terminate()
        assert server.process.wait(SECONDS) == 0
    assert not process.is_running()


@pytest.mark.slow
async def test_the_process_is_started_again(
    addresses: dict[str, str], connection: "Connection", tmp_path: Path
) -> None:
    with serving(addresses, tmp_path, "jobs", oauth="off", jobs="on") as server:
        await until_registered(connection)
        (first,) = jobs_processes(server)
        first.kill()
        await until(lambda: [each.pid for each in jobs_processes(server)] not in ([], [first.pid]))
        assert "it is started again" in server.said.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("options", ONE_WORKER_AND_TWO)
async def test_it_ends_when_its_server_is_killed(
    addresses: dict[str, str], connection: "Connection", tmp_path: Path, options: tuple[str, ...]
) -> None:
    with serving(addresses, tmp_path, "jobs", *options, oauth="off", jobs="on") as server:
        await until_registered(connection)
        (process,) = jobs_processes(server)
        server.process.send_signal(signal.SIGKILL)
        await until(lambda: not process.is_running())


async def test_it_can_be_left_out(addresses: dict[str, str], tmp_path: Path) -> None:
    with serving(addresses, tmp_path, "jobs", oauth="off", jobs="off") as server:
        assert jobs_processes(server) == []


@pytest.mark.slow
async def test_jobs_are_listed_retried_and_run(
    addresses: dict[str, str], queue: JobQueue, connection: "Connection", tmp_path: Path
) -> None:
    environment = environment_of(addresses, tmp_path)
    id_ = await queue.add("forget-dead-letters", max_attempts=1)
    lost = await queue.lease(["forget-dead-letters"], 60)
    assert lost is not None
    await queue.fail(lost, "ValueError")
    (row,) = json.loads(run_command(environment, "jobs", "list", "--dead", "--json").stdout)
    assert (row["id"], row["state"], row["failure"]) == (id_, "dead", "ValueError")
    assert run_command(environment, "jobs", "list").stdout.splitlines()[1].split()[:4] == [
        str(id_),
        lost.kind,
        "dead",
        "1",
    ]
    assert run_command(environment, "jobs", "retry", str(id_)).returncode == 0
    again = run_command(environment, "jobs", "retry", str(id_))
    assert (again.returncode, again.stderr.startswith(f"customer360: job {id_} has not failed")) == (1, True)
    assert run_command(environment, "jobs", "retry").returncode == 2
    with subprocess.Popen([*COMMAND, "jobs", "run"], env=environment) as process:  # noqa: ASYNC220 - nothing else runs
        async with asyncio.timeout(SECONDS):
            while await queue.rows():  # noqa: ASYNC110 - the queue is in the database
                await asyncio.sleep(0.05)
        process.terminate()
        assert process.wait(SECONDS) == 0


def environment_of(addresses: Mapping[str, str], folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER360_")}
    urls = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in addresses.items()}
    return {**clean, **urls, "CUSTOMER360_DATA_DIR": str(folder)}


def run_command(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], env=dict(environment), capture_output=True, text=True, check=False)
