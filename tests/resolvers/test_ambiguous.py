"""A lookup that several visible customers match answers none of them, with an error; one visible match is answered."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest

from tests.resolvers.conftest import Ask

SHARED = {"phone": "+46701999001", "email": "shared@example.org"}
PHONE = "query($v: PhoneNumber!) { customer(by: {phone: $v}) { number finance { balance { amount } } } }"
EMAIL = "query($v: EmailAddress!) { customer(by: {email: $v}) { number finance { balance { amount } } } }"
ERROR = {
    "message": "Several customers share this value. List them by `customers(filter:)`, or look up by id or number.",
    "path": ["customer"],
    "extensions": {"code": "AMBIGUOUS"},
}


@pytest.fixture(scope="module")
async def connection(seeded: dict[str, str]) -> AsyncIterator[Any]:
    """Two customers share a phone number, an e-mail address and an identifier; the rows go when the module ends."""
    opened = await asyncpg.connect(seeded["core"])
    ids = [row["id"] for row in await opened.fetch("SELECT id FROM core.customer ORDER BY number LIMIT 2")]
    for id_ in ids:
        for kind, value in (("PHONE", SHARED["phone"]), ("EMAIL", SHARED["email"])):
            await opened.execute(
                "INSERT INTO core.contact_point (id, customer_id, kind, value, is_primary)"
                " VALUES (gen_random_uuid(), $1, $2, $3, false)",
                id_,
                kind,
                value,
            )
    yield opened
    await opened.execute("DELETE FROM core.contact_point WHERE value = ANY ($1)", [*SHARED.values()])
    await opened.close()


async def _answer(ask: Ask, document: str, value: str, role: str = "service_agent", purpose: str = "care") -> Any:
    return orjson.loads((await ask(document, role, purpose, {"v": value})).body)


@pytest.mark.parametrize(("document", "value"), [(PHONE, SHARED["phone"]), (EMAIL, SHARED["email"])])
async def test_several_are_ambiguous(connection: Any, ask: Ask, document: str, value: str) -> None:
    body = await _answer(ask, document, value)
    assert body["data"] == {"customer": None}
    assert body["errors"] == [ERROR]


async def test_what_is_ambiguous_is_not_on_record(connection: Any, ask: Ask) -> None:
    before = await connection.fetchval("SELECT count(*) FROM core.access_record")
    await _answer(ask, PHONE, SHARED["phone"])
    assert await connection.fetchval("SELECT count(*) FROM core.access_record") == before


async def test_of_several_the_only_visible_one_is_answered(connection: Any, ask: Ask) -> None:
    """A customer whom the viewer may not know of makes nothing ambiguous: it would be told by the error."""
    first, second = await connection.fetch("SELECT id, number FROM core.customer ORDER BY number LIMIT 2")
    status = await connection.fetchval("SELECT status FROM core.customer WHERE id = $1", first["id"])
    await connection.execute("UPDATE core.customer SET status = 'ERASED' WHERE id = $1", first["id"])
    try:
        body = await _answer(ask, PHONE, SHARED["phone"])
    finally:
        await connection.execute("UPDATE core.customer SET status = $2 WHERE id = $1", first["id"], status)
    assert body["data"]["customer"]["number"] == second["number"]
    assert "errors" not in body


async def test_the_remedy_lists_them(connection: Any, ask: Ask) -> None:
    document = "query($v: PhoneNumber!) { customers(filter: {phone: $v}) { nodes { number } } }"
    body = await _answer(ask, document, SHARED["phone"])
    assert sorted(each["number"] for each in body["data"]["customers"]["nodes"]) == ["C-000001", "C-000002"]


async def test_one_is_answered(connection: Any, ask: Ask) -> None:
    value = await connection.fetchval(
        "SELECT min(value) FROM core.contact_point WHERE kind = 'PHONE' AND valid_to IS NULL GROUP BY value"
        " HAVING count(*) = 1 LIMIT 1"
    )
    body = await _answer(ask, PHONE, value)
    assert body["data"]["customer"]["number"]
