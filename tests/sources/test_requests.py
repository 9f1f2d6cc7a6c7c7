"""What a ticket system is asked: one request for each resource and batch of customers, and only what is needed."""

import pytest

from datasources.service import ticket_system
from tests.sources.conftest import Asked, Open
from tests.sources.process import Remote

PAGE = """query($first: Int!) { customers(first: $first) { nodes { number service {
  openTicketCount
  tickets(first: 3) { nodes { number messages(first: 1) { nodes { body } } } }
  calls(last: 2) { totalCount edges { cursor node { agent } } }
} } } }"""
OF_A_PAGE = [
    "calls of %d by customer_id: agent,customer_id,id,retain_until,started_at",
    "messages of %d by customer_id: body,customer_id,id,sent_at,ticket_id",
    "tickets of %d by customer_id: customer_id,id,number,opened_at,retain_until,status",
]
TICKET = """{ ticket(number: "T-000001-01") { number customer { number service { openTicketCount } } } }"""


async def test_one_customer_is_one_request(graph: Asked, in_sql: Asked, remote: Remote) -> None:
    document = '{ customer(by: {number: "C-000001"}) { service { tickets { nodes { kind } } } } }'
    found = await graph.body(document)
    assert b"INCIDENT" in found
    assert found == await in_sql.body(document)
    assert remote.asked() == ["tickets of 1 by customer_id: customer_id,id,kind,opened_at,retain_until"]


async def test_fifty_customers_are_one_request_for_each_resource(graph: Asked, in_sql: Asked, remote: Remote) -> None:
    assert await graph.body(PAGE, first=50) == await in_sql.body(PAGE, first=50)
    assert remote.asked() == [line % 50 for line in OF_A_PAGE]


async def test_more_customers_than_fit_a_request_are_several(over: Open, in_sql: Asked, remote: Remote) -> None:
    async with over(most=20) as graph:
        assert await graph.body(PAGE, first=50) == await in_sql.body(PAGE, first=50)
    assert remote.asked() == sorted(line % size for line in OF_A_PAGE for size in (20, 20, 10))


async def test_pages_are_followed_to_the_last(
    graph: Asked, in_sql: Asked, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_system, "MAX_ROWS_PER_PAGE", 1)
    document = '{ customer(by: {number: "C-000001"}) { service { tickets { nodes { number } } } } }'
    assert await graph.body(document) == await in_sql.body(document)
    first = "tickets of 1 by customer_id: customer_id,id,number,opened_at,retain_until"
    assert remote.asked() == [first, *[f"{first}, and on"] * 3]


async def test_an_object_by_its_number_is_one_request_more(graph: Asked, in_sql: Asked, remote: Remote) -> None:
    assert await graph.body(TICKET) == await in_sql.body(TICKET)
    assert remote.asked() == [
        "tickets of 1 by customer_id: customer_id,id,number,retain_until,status",
        "tickets of 1 by number: customer_id,id,number",
    ]


async def test_a_number_that_nobody_has_is_one_request(graph: Asked, remote: Remote) -> None:
    assert (await graph.json('{ ticket(number: "T-0,T-000001-01") { number } }'))["data"] == {"ticket": None}
    assert remote.asked() == ["tickets of 1 by number: customer_id,id,number"]


async def test_an_id_names_its_customer(graph: Asked, in_sql: Asked, remote: Remote) -> None:
    found = await in_sql.json('{ ticket(number: "T-000001-01") { id } }')
    document = "query($id: ID!) { node(id: $id) { id ... on Ticket { number subject } } }"
    assert await graph.body(document, id=found["data"]["ticket"]["id"]) == await in_sql.body(
        document, id=found["data"]["ticket"]["id"]
    )
    assert remote.asked() == ["tickets of 1 by customer_id: customer_id,id,number,retain_until,subject"]


async def test_what_is_withheld_is_not_asked_for(graph: Asked, remote: Remote) -> None:
    role = ("marketing_campaigner", "direct_marketing")
    document = '{ customer(by: {number: "C-000001"}) { service { openTicketCount tickets { nodes { number } } } } }'
    assert (await graph.json(document, role))["data"]["customer"]["service"] == {
        "openTicketCount": None,
        "tickets": None,
    }
    assert remote.asked() == []


async def test_nothing_is_asked_about_whom_nothing_is_shown(
    graph: Asked, in_sql: Asked, remote: Remote, restricted: str
) -> None:
    """A customer whose processing is restricted stays findable for care, with their status and nothing more."""
    found = await graph.body(restricted)
    assert found == await in_sql.body(restricted)
    assert b'"service":{"openTicketCount":null}' in found
    assert remote.asked() == []


async def test_nobody_found_is_nothing_asked(graph: Asked, remote: Remote) -> None:
    document = '{ customer(by: {number: "C-999999"}) { service { openTicketCount } } }'
    assert (await graph.json(document))["data"] == {"customer": None}
    assert remote.asked() == []


async def test_a_plan_is_compiled_once(graph: Asked) -> None:
    for first in (2, 3, 4):
        await graph.body(PAGE, first=first)
    assert graph.graph.plans.compiled == 1
