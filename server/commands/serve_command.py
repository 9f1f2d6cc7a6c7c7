"""`customer360 serve`: the graph over HTTP, on databases whose tables are up to date."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from socket import socket
from typing import TYPE_CHECKING

import click

from auth.departments import DEPARTMENTS
from datasources.engine.pools.session_checks import SessionError, lost_settings
from migrations.status import status
from server.commands.terminal import CommandError, run, say
from server.jobs.beside import jobs_process, with_jobs
from server.process.logs import log_to_stderr
from server.process.serving import listen, run_until_signal, url_of
from server.process.workers import WorkerFailed, Workers, worker_environment
from server.settings.addresses import database_addresses
from server.settings.environment import Settings, load
from server.trust.identity import policy_of, verifier

if TYPE_CHECKING:
    from migrations.status import Status


@click.command("serve")
@click.option("--host", help="Address to listen on, instead of CUSTOMER360_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of CUSTOMER360_PORT; 0 takes a free one.")
@click.option("--subgraph", type=click.Choice(DEPARTMENTS), help="Only this department's part, for a gateway.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
def command(host: str | None, port: int | None, subgraph: str | None, workers: int) -> None:
    """Serve the graph at /graphql and GraphiQL at /graphiql.

    As a subgraph it opens only that department's database and core's, and serves no GraphiQL; core's serves /oauth, if
    CUSTOMER360_PUBLIC_URL says where clients find it.

    Several workers share the port and nothing else; SIGHUP replaces them one by one.

    It listens on this machine only, unless CUSTOMER360_HOST says otherwise. Run `customer360 db upgrade` first.
    """
    settings, listener = open_listener(host, port)
    looks_up = False
    if subgraph is None:
        found, name = database_addresses(settings), "Customer360"
    else:
        looks_up = settings.oauth
        settings = subgraph_settings(settings, subgraph)
        found, name = database_addresses(settings, {"core", subgraph}), f"Customer360's subgraph {subgraph}"
    run(check(found))

    def announce(url: str) -> None:
        say(f"{name} answers at {url}/graphql")

    if workers == 1:
        serve(settings, found, listener, announce, subgraph, looks_up=looks_up)
    else:
        _supervise(settings, found, listener, announce, workers, subgraph)


def subgraph_settings(settings: Settings, subgraph: str) -> Settings:
    return replace(settings, graphiql=False, oauth=settings.oauth and _signs_people_in(settings, subgraph))


def _signs_people_in(settings: Settings, subgraph: str) -> bool:
    """Only core's subgraph has accounts, clients and keys, and only with CUSTOMER360_PUBLIC_URL."""
    return subgraph == "core" and settings.public_url is not None


def open_listener(host: str | None, port: int | None) -> tuple[Settings, socket]:
    """The settings with the options applied, and the bound socket."""
    read = load()
    settings = replace(read, host=read.host if host is None else host, port=read.port if port is None else port)
    listener = listen(settings)
    # With port 0 the system has chosen one, which must appear in URLs.
    return replace(settings, port=listener.getsockname()[1]), listener


def serve(
    settings: Settings,
    addresses: Mapping[str, str],
    listener: socket,
    announce: Callable[[str], None],
    subgraph: str | None = None,
    line: socket | None = None,
    *,
    looks_up: bool = False,
) -> None:
    # Because the parent of several workers never serves, it does not load the graph.
    from server.app import Customer360  # noqa: PLC0415 - for the serving process only
    from server.backend import opener  # noqa: PLC0415 - for the serving process only

    policy = policy_of(settings)
    open_backend = opener(settings, policy, addresses, subgraph, looks_up=looks_up)
    trusted = verifier(settings, policy)
    if settings.jobs and subgraph is None and line is None:
        open_backend = with_jobs(open_backend, addresses)
    app = Customer360(settings, trusted, policy.purposes, open_backend, takes_proofs=subgraph is None)
    run_until_signal(app, settings, listener, announce, line)


def _supervise(
    settings: Settings,
    addresses: Mapping[str, str],
    listener: socket,
    announce: Callable[[str], None],
    count: int,
    subgraph: str | None,
) -> None:
    log_to_stderr(settings.log_level)
    # Report an invalid configuration once, and create the keys that all workers share.
    verifier(settings, policy_of(settings))
    environment = worker_environment(addresses, settings.host, settings.port)
    workers = Workers(listener, count, environment, *([subgraph] if subgraph else []))
    jobs = jobs_process(addresses) if settings.jobs and subgraph is None else nullcontext()
    try:
        run(_run_workers(workers, lambda: announce(url_of(listener)), settings.drain_ms / 1000, jobs))
    except WorkerFailed as error:
        raise CommandError(str(error)) from None


async def _run_workers(
    workers: Workers, announce: Callable[[], None], grace: float, jobs: AbstractAsyncContextManager[None]
) -> None:
    async with jobs:
        await workers.run(announce, grace)


async def check(addresses: Mapping[str, str]) -> None:
    """Refuse to start on outdated tables. A department that is down is only reported, as it may come back."""
    for department, address in addresses.items():
        try:
            (found,) = await status({department: address})
            lost = await lost_settings(address)
        except SessionError as error:
            raise CommandError(f"{department}: {error}") from None
        except Exception as error:  # noqa: BLE001 - any error means that it does not answer
            say(f"customer360: {department} does not answer ({type(error).__name__}); its fields will be null")
            continue
        _refuse(department, found)
        if lost:
            say(f"customer360: {department}: a pooler drops {', '.join(lost)}. Set them: deploy/login-settings.sql")


def _refuse(department: str, found: "Status") -> None:
    if not found.is_current:
        raise CommandError(f"the tables of {department} are not up to date. Run: customer360 db upgrade")
    if department == "core" and found.is_replica:
        raise CommandError(
            "core is on a replica, where consents come late and no access is recorded. "
            "Point CUSTOMER360_CORE_DATABASE_URL at its primary"
        )
