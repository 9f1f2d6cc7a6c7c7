"""Those who ask at the same time share the work and nothing else: the same bytes, records of their own."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest

from auth.policy.reach import Reach, RowScope
from auth.viewer import Viewer
from resolvers.answering.requests import Answer, Outcome, Request
from tests.conftest import Addresses
from tests.guards.conftest import House, Variables, asking, document

AGENT = asking("service_agent", "care")
# A clerk sees other fields of the same customers.
CLERK = asking("finance_clerk", "payment")
MOST = 8
SHARED = ("card", "tiny", "deep", "list50", "list100")
# Of eight who come at once, core is asked once, and each department once when core has answered: without sharing, eight
# times as often. Of pages, four share a run.
RUNS = {"card": 1, "tiny": 1, "deep": 1, "list50": 2, "list100": 2}
DATABASES = {"card": 5, "tiny": 1, "deep": 3, "list50": 4, "list100": 2}

# Two of them have asked for restriction (Art. 18): of them less is shown, and they are not found by phone.
_ASKED = """
SELECT id::text, phone FROM (
    SELECT c.id, c.flags & 64 <> 0 AS is_restricted, min(p.value) AS phone,
        row_number() OVER (PARTITION BY c.flags & 64 <> 0 ORDER BY c.id) AS place
    FROM core.customer c
    JOIN core.contact_point p ON p.customer_id = c.id AND p.kind = 'PHONE' AND p.valid_to IS NULL
        AND (p.valid_from IS NULL OR p.valid_from <= current_date)
        AND NOT EXISTS (SELECT FROM core.contact_point q WHERE q.value = p.value AND q.customer_id <> p.customer_id)
    WHERE c.status <> 'ERASED' GROUP BY c.id
) WHERE place <= CASE WHEN is_restricted THEN 2 ELSE 6 END ORDER BY is_restricted DESC, id
"""


@pytest.fixture(params=SHARED)
def workload(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def several(addresses: Addresses, workload: str) -> list[Variables]:
    connection = await asyncpg.connect(addresses["core"])
    try:
        rows = await connection.fetch(_ASKED)
    finally:
        await connection.close()
    assert len(rows) == MOST
    by_name = {"card": ("phone", "phone"), "list50": ("after", "id"), "list100": ("after", "id")}
    variable, column = by_name.get(workload, ("id", "id"))
    return [{variable: row[column]} for row in rows]


def request(workload: str, variables: Variables, viewer: Viewer, name: str) -> Request:
    return Request(document(workload), None, variables, viewer, read_only=True, request_id=name)


async def at_once(house: House, *requests: Request) -> list[Answer]:
    """All at one moment. The document is planned before, so that no request waits for planning."""
    for each in requests:
        await house.graph.answer(each)
    house.statements.clear()
    house.log.records.clear()
    return await asyncio.gather(*(house.graph.answer(each) for each in requests))


async def test_eight_who_come_at_once_are_answered_by_one_statement(
    house: House, crowd: Addresses, workload: str
) -> None:
    asked = [request(workload, each, AGENT, str(place)) for place, each in enumerate(await several(crowd, workload))]
    alone = [await house.graph.answer(each) for each in asked]
    subjects = {each.request_id: list(each.subjects) for each in house.log.records}

    together = await at_once(house, *asked)

    assert [each.body for each in together] == [each.body for each in alone]
    assert {each.request_id: list(each.subjects) for each in house.log.records} == subjects
    runs = RUNS[workload]
    assert [len(each.values[0]) for each in house.statements] == [MOST // runs] * runs


async def test_departments_apart_are_asked_once_for_all(
    house_apart: House, seeded_apart: Addresses, workload: str
) -> None:
    asked = [request(workload, each, AGENT, "apart") for each in await several(seeded_apart, workload)]
    alone = [(await house_apart.graph.answer(each)).body for each in asked]

    together = await at_once(house_apart, *asked)

    assert [each.body for each in together] == alone
    asked_of = Counter(each.database for each in house_apart.statements)
    assert [*asked_of.values()] == [RUNS[workload]] * DATABASES[workload]


async def test_viewers_who_may_see_different_things_share_no_statement(house: House, crowd: Addresses) -> None:
    variables = (await several(crowd, "tiny"))[:4]
    asked = [request("tiny", each, viewer, "") for each in variables for viewer in (AGENT, CLERK)]

    await at_once(house, *asked)

    assert sorted(len(each.values[0]) for each in house.statements) == [4, 4]
    assert len({each.sql for each in house.statements}) == 2


async def test_one_who_is_restricted_stays_so_in_company(house: House, crowd: Addresses) -> None:
    variables = await several(crowd, "tiny")

    answers = await at_once(house, *(request("tiny", each, AGENT, "") for each in variables))

    shown: list[Any] = [orjson.loads(each.body)["data"]["customer"] for each in answers]
    assert [each["id"] for each in shown] == [each["id"] for each in variables]
    names = await _names(crowd, [each["id"] for each in shown])
    hidden, others = shown[:2], shown[2:]
    assert [each["displayName"] for each in others] == [names[each["id"]] for each in others]
    assert [each["displayName"] for each in hidden] == [None, None]
    for each in hidden:
        assert not any(names[each["id"]].encode() in answer.body for answer in answers)


async def test_one_who_cannot_be_answered_costs_the_others_nothing(house: House, crowd: Addresses) -> None:
    variables = (await several(crowd, "tiny"))[1:4]
    nobody = {"id": "00000000-0000-0000-0000-000000000000"}

    answers = await at_once(house, *(request("tiny", each, AGENT, "") for each in (*variables, nobody)))

    assert [each.outcome for each in answers] == [Outcome.OK] * 4
    found = [orjson.loads(each.body)["data"]["customer"] for each in answers]
    assert [each and each["id"] for each in found] == [*(each["id"] for each in variables), None]
    assert len(house.log.records) == 3


async def _names(addresses: Addresses, ids: list[str]) -> dict[str, str]:
    connection = await asyncpg.connect(addresses["core"])
    try:
        rows = await connection.fetch(
            "SELECT id::text, display_name FROM core.customer WHERE id = ANY ($1::uuid[])", ids
        )
    finally:
        await connection.close()
    return {row["id"]: row["display_name"] for row in rows}


async def test_what_is_within_reach_is_decided_for_each_of_them(house: House, crowd: Addresses) -> None:
    """Customers who ask for themselves and for a neighbour, at once and by one plan: only themselves they find."""
    ids = [each["id"] for each in (await several(crowd, "tiny"))[4:]]
    viewers = [replace(asking("data_subject", "rights"), row_scope=RowScope(Reach.SELF, each)) for each in ids]
    own = [request("tiny", {"id": id_}, viewer, "own") for id_, viewer in zip(ids, viewers, strict=True)]
    others = [
        request("tiny", {"id": id_}, viewer, "other") for id_, viewer in zip(ids[1:] + ids[:1], viewers, strict=True)
    ]

    answers = await at_once(house, *own, *others)

    assert len(house.statements) == 1
    found = [orjson.loads(each.body)["data"]["customer"] for each in answers]
    assert [each and each["id"] for each in found] == [*ids, None, None, None, None]
    assert [(each.request_id, *map(str, each.subjects)) for each in house.log.records] == [
        ("own", each) for each in ids
    ]
