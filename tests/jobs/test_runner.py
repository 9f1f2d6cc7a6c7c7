import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from datasources.jobs.queue import JobQueue
from datasources.unavailable import BROKEN
from server.jobs import runner
from server.jobs.runner import Handler, JobRunner

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]

SECONDS = 20
CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer360 jobs'"


def running(queue: JobQueue, stop: asyncio.Event, export: Handler) -> "asyncio.Task[None]":
    made = JobRunner(queue, {"export": export}, {}, lease_seconds=0.3, idle_seconds=0.01, backoff_unit=0.001)
    return asyncio.create_task(made.run(stop))


async def until_empty(queue: JobQueue) -> None:
    async with asyncio.timeout(SECONDS):
        while await queue.rows():  # noqa: ASYNC110 - the queue is in the database
            await asyncio.sleep(0.01)


async def test_a_job_that_fails_is_tried_again_until_it_succeeds(queue: JobQueue) -> None:
    tried: list[int] = []

    async def export(arguments: Mapping[str, Any]) -> None:
        tried.append(arguments["number"])
        if len(tried) < 3:
            raise ValueError

    await queue.add("export", {"number": 7})
    stop = asyncio.Event()
    task = running(queue, stop, export)
    await until_empty(queue)
    stop.set()
    await task
    assert tried == [7, 7, 7]


async def test_the_text_of_an_error_is_neither_kept_nor_logged(
    queue: JobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    async def export(_: Mapping[str, Any]) -> None:
        raise ValueError("Kim Smith is not exported")

    await queue.add("export", max_attempts=1)
    stop = asyncio.Event()
    task = running(queue, stop, export)
    async with asyncio.timeout(SECONDS):
        while not (dead := await queue.rows(dead_only=True)):  # noqa: ASYNC110 - the queue is in the database
            await asyncio.sleep(0.01)
    stop.set()
    await task
    assert dead[0]["failure"] == "ValueError"
    assert "ValueError" in caplog.text
    assert "Kim" not in caplog.text


async def test_a_long_job_keeps_its_lease(queue: JobQueue) -> None:
    started: list[object] = []

    async def export(_: Mapping[str, Any]) -> None:
        started.append(None)
        await asyncio.sleep(1.2)

    await queue.add("export")
    stop = asyncio.Event()
    task = running(queue, stop, export)
    await until_empty(queue)
    stop.set()
    await task
    assert len(started) == 1


async def test_work_stops_when_its_lease_is_lost(queue: JobQueue, connection: "Connection") -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def export(_: Mapping[str, Any]) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await queue.add("export")
    stop = asyncio.Event()
    task = running(queue, stop, export)
    async with asyncio.timeout(SECONDS):
        await begun.wait()
        await connection.execute("UPDATE core.job SET lease = gen_random_uuid(), due_at = now() + interval '1 hour'")
        await ended.wait()
    stop.set()
    await task
    assert [row["state"] for row in await queue.rows()] == ["running"], "it is the other worker's now"


async def test_an_orderly_end_gives_jobs_back(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SECONDS_TO_FINISH", 0.05)
    begun = asyncio.Event()

    async def export(_: Mapping[str, Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    await queue.add("export")
    stop = asyncio.Event()
    task = running(queue, stop, export)
    async with asyncio.timeout(SECONDS):
        await begun.wait()
    stop.set()
    await task
    (row,) = await queue.rows()
    assert (row["state"], row["attempts"]) == ("waiting", 0)


async def test_a_queue_that_does_not_answer_is_asked_again(queue: JobQueue, connection: "Connection") -> None:
    done = asyncio.Event()

    async def export(_: Mapping[str, Any]) -> None:
        done.set()

    stop = asyncio.Event()
    task = running(queue, stop, export)
    for _ in range(3):
        await connection.execute(CUT_OFF)
        await asyncio.sleep(0.02)
    async with asyncio.timeout(SECONDS):
        while (await _add(queue)) is None:  # noqa: ASYNC110 - the queue is in the database
            await asyncio.sleep(0.01)
        await done.wait()
    stop.set()
    await task


async def _add(queue: JobQueue) -> int | None:
    try:
        return await queue.add("export")
    except BROKEN:
        return None
