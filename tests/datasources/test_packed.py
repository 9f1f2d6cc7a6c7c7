"""Packed arrays: the driver takes and gives them as bytes, and they hold what they were made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from asyncpg.pgproto import pgproto

from datasources.engine.pools.packed import INTS, UUIDS, Packed, concatenate, count_up_to
from datasources.engine.pools.sessions import connect, plan_session

if TYPE_CHECKING:
    from datasources.engine.pools.sessions import Connection

IDS = [uuid4() for _ in range(5)]
NUMBERS = [0, 1, -1, 2**31 - 1, -(2**31)]


@pytest.fixture
async def connection(addresses: dict[str, str]) -> AsyncIterator[Connection]:
    opened = await connect(addresses["core"], plan_session(2000))
    yield opened
    await opened.close()


@pytest.mark.parametrize("values", [IDS, IDS[:1], []])
async def test_ids_come_as_they_were_sent(connection: Connection, values: list[UUID]) -> None:
    for sent in (values, UUIDS.pack(values), [pgproto.UUID(str(each)) for each in values]):
        came = await connection.fetchval("SELECT $1::uuid[]", sent)
        assert type(came) is Packed
        assert (list(came), len(came)) == (values, len(values))


async def test_numbers_come_as_they_were_sent(connection: Connection) -> None:
    for sent in (NUMBERS, INTS.pack(NUMBERS)):
        came = await connection.fetchval("SELECT $1::integer[]", sent)
        assert type(came) is Packed
        assert list(came) == NUMBERS


async def test_what_came_goes_on_as_bytes(connection: Connection) -> None:
    """PostgreSQL reads it as it reads its own, at whatever place."""
    came = await connection.fetchval("SELECT $1::uuid[]", IDS)
    both = concatenate([came, UUIDS.pack(IDS[:2])])
    assert type(both) is Packed
    rows = await connection.fetch("SELECT id, place FROM unnest($1::uuid[]) WITH ORDINALITY AS its (id, place)", both)
    assert [tuple(row) for row in rows] == [(each, place) for place, each in enumerate([*IDS, *IDS[:2]], 1)]


async def test_a_null_is_sent_and_none_is_taken(connection: Connection) -> None:
    sent = await connection.fetchrow("SELECT ($1::uuid[])[1] AS one, ($1::uuid[])[2] AS two", [None, IDS[0]])
    assert sent is not None
    assert tuple(sent) == (None, IDS[0])
    for array in ("ARRAY[1, NULL]", "ARRAY[[1, 2], [3, 4]]"):
        with pytest.raises(ValueError, match="one dimension and without NULLs"):
            await connection.fetchval(f"SELECT {array}::integer[]")
    assert await connection.fetchval("SELECT 1") == 1


def test_lists_and_packed_ones_are_joined_to_a_list() -> None:
    assert concatenate([IDS, UUIDS.pack(IDS)]) == [*IDS, *IDS]
    assert concatenate([UUIDS.pack(IDS), IDS]) == [*IDS, *IDS]


def test_packed_ones_are_sequences() -> None:
    assert UUIDS.pack(IDS) == IDS
    assert UUIDS.pack(IDS) != IDS[:4]
    assert UUIDS.pack(IDS)[1] == IDS[1]
    assert not UUIDS.pack([])
    assert count_up_to(3) == [1, 2, 3]
