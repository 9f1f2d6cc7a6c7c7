"""One furnished world, which no session connects to, and copies of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date
from random import Random

import pytest

from auth.departments import DEPARTMENTS
from auth.policy.file import load as load_policy
from auth.policy.rules import Policy
from datasources.sample.seed import seed
from tests.oracle.world import World
from tests.oracle.world import load as load_world
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world import worlds
from tests.permissions.world.matrix import Matrix

CUSTOMERS = 100


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    return Matrix()


@pytest.fixture(scope="session")
async def original(database_url: str, template: str) -> str:
    """Its address. It is only copied, so that no session is connected to it."""
    address = await worlds.copy_database(database_url, template)
    await seed(dict.fromkeys(DEPARTMENTS, address), customers=CUSTOMERS, seed=7, today=date(2026, 11, 16))
    await worlds.furnish(address, Random(7))  # noqa: S311 - repeatable, not secret
    return address


@pytest.fixture(scope="session")
async def original_rows(original: str) -> World:
    return await load_world(dict.fromkeys(DEPARTMENTS, original))


@pytest.fixture(scope="module")
async def copy(database_url: str, original: str) -> AsyncIterator[Copy]:
    """Copies of the furnished world, gone when the module's tests are over."""
    made: list[str] = []

    async def copied() -> str:
        made.append(await worlds.copy_database(database_url, worlds.name_of(original)))
        return made[-1]

    yield copied
    for each in made:
        await worlds.drop_database(database_url, each)


@pytest.fixture(scope="module")
async def arena(copy: Copy, original_rows: World, matrix: Matrix, policy: Policy) -> AsyncIterator[Field]:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(worlds.served(await copy(), policy))
        yield Field(stack, matrix, policy, original_rows, copy, home)
