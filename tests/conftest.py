"""The databases that tests run on: one embedded PostgreSQL, and copies of a migrated template."""

import gc
from collections.abc import AsyncIterator, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pytest

from datasources.departments import METADATA
from datasources.engine.pools import embedded
from datasources.sample.seed import seed
from migrations.upgrade import upgrade
from tests.house.alone import pytest_collection_modifyitems, pytest_runtest_protocol

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_protocol"]

TEMPLATE = "template_customer360"
SEEDED_TODAY = date(2026, 11, 16)
_numbers = count(1)

Addresses = dict[str, str]


def pytest_collection_finish() -> None:
    """What is imported stays, and need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A server of the test run's own.

    Not in pytest's folder: a second run closes that to others, and as root PostgreSQL runs as a user of its own.
    """
    with TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True) as folder:
        server = embedded.join(Path(folder), durable=False)
        yield server.url()
        server.stop()


@pytest.fixture(scope="session")
async def template(database_url: str) -> str:
    """The name of a migrated, empty database; others are copied from it."""
    await _execute(database_url, f"CREATE DATABASE {TEMPLATE} TEMPLATE customer360")
    await upgrade(_together(_named(database_url, TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
async def templates_apart(database_url: str) -> Addresses:
    """For each department the name of an empty database that knows no other department's tables."""
    names = {department: f"{TEMPLATE}_{department}" for department in METADATA}
    for department, name in names.items():
        await _execute(database_url, f"CREATE DATABASE {name} TEMPLATE customer360")
        await upgrade({department: _named(database_url, name)})
    return names


@pytest.fixture(scope="module")
async def addresses(database_url: str, template: str) -> AsyncIterator[Addresses]:
    """All five departments in one empty database, fresh for each test module."""
    copy = await _copy(database_url, template)
    yield _together(copy)
    await _drop(database_url, copy)


@pytest.fixture(scope="module")
async def addresses_apart(database_url: str, templates_apart: Addresses) -> AsyncIterator[Addresses]:
    """Each department in an empty database of its own, fresh for each test module."""
    copies = {department: await _copy(database_url, name) for department, name in templates_apart.items()}
    yield copies
    for copy in copies.values():
        await _drop(database_url, copy)


@pytest.fixture(scope="session")
async def seeded(database_url: str, template: str) -> Addresses:
    """300 customers in one database. Tests only read it."""
    together = _together(await _copy(database_url, template))
    await seed(together, customers=300, seed=7, today=SEEDED_TODAY)
    return together


@pytest.fixture(scope="session")
async def seeded_apart(database_url: str, templates_apart: Addresses) -> Addresses:
    """The customers of `seeded`, row for row, in five databases. Tests only read them."""
    apart = {department: await _copy(database_url, name) for department, name in templates_apart.items()}
    await seed(apart, customers=300, seed=7, today=SEEDED_TODAY)
    return apart


def _together(address: str) -> Addresses:
    return dict.fromkeys(METADATA, address)


def _named(address: str, database: str) -> str:
    return urlsplit(address)._replace(path=f"/{database}").geturl()


async def _copy(database_url: str, template: str) -> str:
    name = f"test_{next(_numbers)}"
    await _execute(database_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return _named(database_url, name)


async def _drop(database_url: str, address: str) -> None:
    await _execute(database_url, f"DROP DATABASE {urlsplit(address).path[1:]} WITH (FORCE)")


async def _execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
