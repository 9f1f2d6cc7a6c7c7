"""Opens core's register of clients, users and keys for the commands that change it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from datasources.oauth.administration import Administration, TakenNameError, UnknownCustomerError, UnknownNameError
from server.commands.terminal import CommandError
from server.settings.addresses import database_addresses
from server.settings.environment import load


@asynccontextmanager
async def open_administration() -> AsyncIterator[Administration]:
    async with Administration.open(database_addresses(load(), ("core",))["core"]) as opened:
        try:
            yield opened
        except (TakenNameError, UnknownCustomerError, UnknownNameError) as error:
            raise CommandError(str(error)) from None


async def change_register(change: Callable[[Administration], Awaitable[None]]) -> None:
    async with open_administration() as opened:
        await change(opened)
