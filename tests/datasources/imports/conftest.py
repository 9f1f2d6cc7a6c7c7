"""Databases that are empty after each test, fused and apart."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from datasources.departments import METADATA


@pytest.fixture(params=["together", "apart"])
async def empty(
    request: pytest.FixtureRequest, addresses: dict[str, str], addresses_apart: dict[str, str]
) -> AsyncIterator[dict[str, str]]:
    addresses = addresses if request.param == "together" else addresses_apart
    yield addresses
    for department, metadata in METADATA.items():
        connection = await asyncpg.connect(addresses[department])
        for table in reversed(metadata.sorted_tables):
            if table.name != "privacy_event":
                await connection.execute(f"DELETE FROM {table.fullname}")  # noqa: S608 - our own names
        await connection.close()
