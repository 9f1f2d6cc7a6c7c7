"""Makes the limits of one operation and the rates of clients from the settings."""

import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from auth.rates import Rate
from datasources.core.buckets import CommonBuckets
from resolvers.answering.throttle import Throttle
from resolvers.documents.limits import Limits
from server.settings import values
from server.settings.environment import Settings, SettingsError

# Because a gateway merges the fields of one client operation under aliases of its own, a subgraph allows more.
GATEWAY_FACTOR = 5


def document_limits(settings: Settings, *, asked_by_gateway: bool = False) -> Limits:
    factor = GATEWAY_FACTOR if asked_by_gateway else 1
    return Limits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        aliases=settings.max_aliases * factor,
        root_fields=settings.max_root_fields * factor,
        fields=settings.max_fields,
        cost=settings.max_cost,
    )


@asynccontextmanager
async def open_throttle(settings: Settings, core: str) -> AsyncIterator[Throttle]:
    """The throttle. Its buckets are in this process, or in core's database for all processes."""
    clients = read_client_rates(settings.client_rates) if settings.client_rates else {}
    throttle = Throttle(settings.rate_limit, clients, settings.new_documents)
    if settings.rate_store == "process":
        yield throttle
        return
    async with CommonBuckets.open(core) as throttle.buckets:
        yield throttle


def read_client_rates(file: Path) -> Mapping[str, Rate]:
    """Rates of single clients from a TOML file: `[clients]`, then `acme-dashboard = "20000/60"` per line."""
    try:
        listed: Any = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"CUSTOMER360_CLIENT_RATES: {file} cannot be read: {type(error).__name__}") from None
    clients = listed.get("clients")
    if set(listed) != {"clients"} or not isinstance(clients, dict):
        raise SettingsError(f"CUSTOMER360_CLIENT_RATES: {file} has one table, [clients]")
    return {name: _rate(file, name, text) for name, text in clients.items()}


def _rate(file: Path, name: str, text: object) -> Rate:
    try:
        rate = values.rate(str(text))
    except ValueError as error:
        raise SettingsError(f"CUSTOMER360_CLIENT_RATES: {name} in {file} {error}") from None
    if rate is None:
        raise SettingsError(f"CUSTOMER360_CLIENT_RATES: {name} in {file} needs a rate; leave the client out instead")
    return rate
