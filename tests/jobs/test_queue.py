from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from datasources.jobs.cron import Cron
from datasources.jobs.queue import Job, JobQueue

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

KINDS = ["export"]
EACH_MINUTE = {"export": Cron.parse("* * * * *")}


async def leased(queue: JobQueue, seconds: float = 60) -> Job:
    job = await queue.lease(KINDS, seconds)
    assert job is not None
    return job


async def make_due(connection: "Connection") -> None:
    await connection.execute("UPDATE core.job SET due_at = now()")


async def test_a_job_is_leased_once_with_its_arguments(queue: JobQueue) -> None:
    id_ = await queue.add("export", {"customers": ["a", "b"]})
    job = await leased(queue)
    assert (job.id, job.kind, job.arguments) == (id_, "export", {"customers": ["a", "b"]})
    assert (job.attempts, job.max_attempts) == (1, 10)
    assert await queue.lease(KINDS, 60) is None
    assert await queue.complete(job)
    assert await queue.rows() == []


async def test_jobs_are_leased_in_the_order_in_which_they_are_due(queue: JobQueue) -> None:
    now = datetime.now(UTC)
    late = await queue.add("export", due_at=now - timedelta(seconds=10))
    early = await queue.add("export", due_at=now - timedelta(seconds=20))
    await queue.add("export", due_at=now + timedelta(hours=1))
    assert [(await leased(queue)).id, (await leased(queue)).id] == [early, late]
    assert await queue.lease(KINDS, 60) is None


async def test_a_kind_without_a_handler_waits(queue: JobQueue) -> None:
    await queue.add("import")
    assert await queue.lease(KINDS, 60) is None


async def test_a_live_key_is_there_once(queue: JobQueue) -> None:
    first = await queue.add("export", key="k")
    assert first is not None
    assert await queue.add("export", key="k") is None
    assert await queue.add("import", key="k") is not None
    await queue.complete(await leased(queue))
    assert await queue.add("export", key="k") is not None


async def test_an_expired_lease_passes_on_and_its_holder_can_do_nothing(
    queue: JobQueue, connection: "Connection"
) -> None:
    await queue.add("export")
    lost = await leased(queue)
    await make_due(connection)
    second = await leased(queue)
    assert (second.id, second.attempts) == (lost.id, 2)
    assert not await queue.extend(lost, 60)
    assert not await queue.complete(lost)
    await queue.fail(lost, "Late")
    await queue.release(lost)
    (row,) = await queue.rows()
    assert (row["state"], row["attempts"], row["failure"]) == ("running", 2, None)
    assert await queue.extend(second, 60)
    assert await queue.complete(second)


@pytest.mark.parametrize(("attempts", "least", "most"), [(1, 1, 2), (3, 4, 8), (12, 1800, 3600), (30, 1800, 3600)])
async def test_backoff_doubles_up_to_an_hour(
    queue: JobQueue, connection: "Connection", attempts: int, least: int, most: int
) -> None:
    await queue.add("export", max_attempts=100)
    await connection.execute("UPDATE core.job SET attempts = $1", attempts - 1)
    await queue.fail(await leased(queue), "ValueError")
    # The clock of a transaction stands still, so that the wait can be read to the letter.
    wait = await connection.fetchval("SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM core.job")
    assert least - 1 < wait <= most


async def test_after_the_last_attempt_it_is_a_dead_letter(queue: JobQueue, connection: "Connection") -> None:
    await queue.add("export", max_attempts=2)
    for _ in range(2):
        await make_due(connection)
        await queue.fail(await leased(queue), "ValueError")
    await make_due(connection)
    assert await queue.lease(KINDS, 60) is None
    (row,) = await queue.rows(dead_only=True)
    assert (row["state"], row["attempts"], row["failure"]) == ("dead", 2, "ValueError")


async def test_a_job_whose_last_worker_was_lost_is_buried(queue: JobQueue, connection: "Connection") -> None:
    id_ = await queue.add("export", max_attempts=1)
    await leased(queue)
    assert await queue.bury() == []
    await make_due(connection)
    assert await queue.lease(KINDS, 60) is None
    assert await queue.bury() == [id_]
    (row,) = await queue.rows()
    assert (row["state"], row["failure"]) == ("dead", "WorkerLost")


async def test_what_is_released_was_no_attempt(queue: JobQueue) -> None:
    await queue.add("export")
    await queue.release(await leased(queue))
    assert (await leased(queue)).attempts == 1


async def test_a_dead_letter_is_retried_with_all_its_attempts(queue: JobQueue) -> None:
    ids = [await queue.add("export", key="k", max_attempts=1)]
    await queue.fail(await leased(queue), "ValueError")
    ids.append(await queue.add("export", key="k", max_attempts=1))
    assert await queue.retry(ids[0]) == [], "a live job has its key"
    await queue.fail(await leased(queue), "ValueError")
    assert await queue.retry() == [ids[1]], "of two with one key, the newer"
    assert (await leased(queue)).attempts == 1
    assert len(await queue.rows(dead_only=True)) == 1


async def test_old_dead_letters_are_forgotten(queue: JobQueue, connection: "Connection") -> None:
    for days in (29, 31):
        id_ = await queue.add("export", max_attempts=1)
        await queue.fail(await leased(queue), "ValueError")
        await connection.execute("UPDATE core.job SET died_at = now() - $1 * interval '1 day' WHERE id = $2", days, id_)
    await queue.add("export")
    await queue.forget_dead(30)
    assert [row["state"] for row in await queue.rows()] == ["dead", "waiting"]


async def test_a_schedule_that_is_due_makes_one_job(queue: JobQueue, connection: "Connection") -> None:
    await queue.register(EACH_MINUTE)
    await queue.start_scheduled(EACH_MINUTE)
    assert await queue.rows() == [], "it is not due before its first time"
    await connection.execute("UPDATE core.job_schedule SET due_at = now() - interval '3 hours'")
    for _ in range(2):
        await queue.start_scheduled(EACH_MINUTE)
    (row,) = await queue.rows()
    assert (row["kind"], row["key"]) == ("export", "schedule")
    following = await connection.fetchval("SELECT due_at - now() FROM core.job_schedule")
    assert timedelta(seconds=-5) < following <= timedelta(minutes=1)


async def test_a_schedule_that_comes_more_often_now_is_due_earlier(queue: JobQueue, connection: "Connection") -> None:
    await queue.register({"export": Cron.parse("0 0 1 1 *")})
    await queue.register(EACH_MINUTE)
    following = await connection.fetchval("SELECT due_at - now() FROM core.job_schedule")
    assert following <= timedelta(minutes=1)
