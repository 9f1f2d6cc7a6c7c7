"""What the commands about clients, users and keys have in common: core's database, opened for a change."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from datasources.oauth.administration import Administration, TakenNameError, UnknownCustomerError, UnknownNameError
from server.commands.terminal import Failed
from server.settings.addresses import addresses
from server.settings.environment import load


@asynccontextmanager
async def administration() -> AsyncIterator[Administration]:
    async with Administration.open(addresses(load(), ("core",))["core"]) as opened:
        try:
            yield opened
        except (TakenNameError, UnknownCustomerError, UnknownNameError) as error:
            raise Failed(str(error)) from None


async def changed(change: Callable[[Administration], Awaitable[None]]) -> None:
    async with administration() as opened:
        await change(opened)
