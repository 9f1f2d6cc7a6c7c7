"""`customer360 jobs`: work that is done outside of requests."""

from socket import socket

import click

from datasources.jobs.queue import JobQueue
from server.commands.terminal import CommandError, as_json, run, say, show_json, table
from server.jobs.process import run_jobs_until_signal
from server.process.logs import log_to_stderr
from server.settings.addresses import database_addresses
from server.settings.environment import load

COLUMNS = ("id", "kind", "state", "attempts", "due_at", "failure")


@click.group("jobs")
def command() -> None:
    """List, retry and run the jobs that are done outside of requests."""


@command.command("list")
@click.option("--dead", is_flag=True, help="Only those that failed for good.")
@as_json
def list_jobs(dead: bool, as_json: bool) -> None:
    """List jobs that wait, run or failed for good. What is done is not kept."""
    rows = run(_rows(dead_only=dead))
    if as_json:
        show_json(rows)
    elif rows:
        click.echo(table([COLUMNS, *(tuple(_spelling(row[name]) for name in COLUMNS) for row in rows)]))


@command.command("retry")
@click.argument("job_id", type=int, required=False)
@click.option("--all", "all_dead", is_flag=True, help="All that failed for good.")
def retry(job_id: int | None, all_dead: bool) -> None:
    """Try the job JOB_ID, which failed for good, again."""
    if (job_id is None) is not all_dead:
        raise click.UsageError("name one job by its id, or say --all")
    revived = run(_retry(job_id))
    if job_id is not None and not revived:
        raise CommandError(
            f"job {job_id} has not failed for good, or another with its key waits. Run: customer360 jobs list"
        )
    say(f"{len(revived)} to be tried again.")


@command.command("run")
@click.option("--line", type=int, hidden=True, help="Descriptor of the socket to the process that started this one.")
def run_jobs(line: int | None) -> None:
    """Run due jobs until stopped. `serve` starts this beside its workers, unless CUSTOMER360_JOBS is off."""
    settings = load()
    log_to_stderr(settings.log_level)
    to_parent = None if line is None else socket(fileno=line)
    run(run_jobs_until_signal(settings, database_addresses(settings), to_parent))


async def _rows(*, dead_only: bool) -> list[dict[str, object]]:
    async with JobQueue.open(database_addresses(load(), ("core",))["core"]) as queue:
        return await queue.rows(dead_only=dead_only)


async def _retry(job_id: int | None) -> list[int]:
    async with JobQueue.open(database_addresses(load(), ("core",))["core"]) as queue:
        return await queue.retry(job_id)


def _spelling(value: object) -> str:
    return "" if value is None else str(value)
