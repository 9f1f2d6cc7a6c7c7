"""Opens the departments whose data is not in SQL, as the settings name them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.service import ticket_system
from datasources.sources.source import Sources
from server.settings.environment import Settings


@asynccontextmanager
async def open_sources(settings: Settings, subgraph: str | None = None) -> AsyncIterator[Sources]:
    """Open every such source, or only that of the given subgraph."""
    if settings.service_url is None or subgraph not in (None, "service"):
        yield {}
        return
    secret = settings.service_secret
    async with ticket_system.open_ticket_system(
        settings.service_url, secret.decode() if secret else None, settings.pool_size
    ) as service:
        yield {service.department: service}
