"""A ticket system that fails costs service its fields, says nothing by its failure, and is asked again."""

import logging
from socket import create_server

import pytest

from tests.sources.conftest import PATIENT_MS, Asked, Open
from tests.sources.process import SECRET_OF_TESTS, Remote
from tests.sources.remote import CANARY, LIKE_A_HOLE

CARD = """{ customer(by: {number: "C-000001"}) { number sales { orders(first: 1) { nodes { number } } }
  service { openTicketCount tickets(first: 1) { nodes { number status openedAt } } } } }"""
TICKET = '{ ticket(number: "T-000001-01") { number } }'
SERVICE = {
    "message": "The department service cannot be reached. What it knows is missing. Try again.",
    "extensions": {"code": "DEPARTMENT_UNAVAILABLE", "department": "service"},
}
AT_ONCE = (
    "status 500",
    "redirect",
    "no json",
    "half",
    "null",
    "huge",
    "circle",
    "no list",
    "no rows",
    "no owner",
    "no column",
    "a number",
    "a list",
    "another status",
    "a time without zone",
    "a NUL",
)


async def lost(graph: Asked) -> None:
    """All but service's fields is there, and the error names service and nothing else."""
    whole = await graph.json(CARD)
    assert whole["data"]["customer"]["number"] == "C-000001"
    assert whole["data"]["customer"]["sales"]["orders"]["nodes"] == [{"number": "SO-000001-014"}]
    assert whole["data"]["customer"]["service"] is None
    assert whole["errors"] == [{**SERVICE, "path": ["customer", "service"]}]


@pytest.mark.parametrize("fault", AT_ONCE)
async def test_a_fault_costs_service_its_fields(
    fault: str, graph: Asked, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await graph.body(CARD)
    remote.fail(fault)
    await lost(graph)
    assert [record.levelname for record in caplog.records if record.name == "customer360.sources"] == ["WARNING"]
    assert CANARY not in caplog.text
    assert SECRET_OF_TESTS not in caplog.text
    remote.fail("")
    assert await graph.body(CARD) == before


@pytest.mark.parametrize("fault", ["silence", "no end"])
async def test_what_does_not_end_is_cut_off_at_the_deadline(fault: str, over: Open, remote: Remote) -> None:
    async with over(deadline_ms=1_500) as graph:
        before = await graph.body(CARD)
        remote.fail(fault)
        await lost(graph)
        remote.fail("")
        assert await graph.body(CARD) == before


@pytest.mark.parametrize("fault", ["others", "twice"])
async def test_rows_that_nobody_asked_for_are_dropped(fault: str, graph: Asked, remote: Remote) -> None:
    before = await graph.body(CARD)
    remote.fail(fault)
    assert await graph.body(CARD) == before


async def test_text_that_looks_like_a_hole_is_text(graph: Asked, remote: Remote) -> None:
    remote.fail("a hole")
    found = await graph.json('{ customer(by: {number: "C-000001"}) { service { tickets { nodes { number } } } } }')
    assert "errors" not in found
    numbers = [ticket["number"] for ticket in found["data"]["customer"]["service"]["tickets"]["nodes"]]
    assert set(numbers) == {LIKE_A_HOLE}


async def test_an_object_of_somebody_unknown_is_nobodys(graph: Asked, remote: Remote) -> None:
    remote.fail("others")
    assert await graph.json(TICKET) | {"extensions": None} == {"data": {"ticket": None}, "extensions": None}


@pytest.mark.parametrize("fault", ["status 500", "a number", "no owner", "half"])
async def test_whom_an_object_is_about_is_not_known_then(fault: str, graph: Asked, remote: Remote) -> None:
    remote.fail(fault)
    found = await graph.json(TICKET)
    assert found["data"] == {"ticket": None}
    assert found["errors"] == [{**SERVICE, "path": ["ticket"]}]


async def test_a_system_that_is_not_there(over: Open) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with over(url=f"http://127.0.0.1:{port}/") as graph:
        await lost(graph)


async def test_a_wrong_secret_opens_nothing(over: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with over(secret="another-secret") as graph:
        await lost(graph)
    assert [record.message for record in caplog.records if record.name == "customer360.sources"] == [
        "service: status 401"
    ]
    assert "another-secret" not in caplog.text


async def test_logs_hold_neither_customers_nor_the_secret(graph: Asked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = await graph.json('{ customer(by: {number: "C-000001"}) { id service { openTicketCount } } }')
    assert found["data"]["customer"]["service"] == {"openTicketCount": 1}
    assert found["data"]["customer"]["id"] not in caplog.text
    assert SECRET_OF_TESTS not in caplog.text


async def test_readiness_tells_of_the_system(over: Open, remote: Remote) -> None:
    async with over() as graph:
        databases = graph.graph._databases
        assert (await databases.reachable(PATIENT_MS / 1000))["service"] is True
        remote.fail("status 500")
        reached = await databases.reachable(PATIENT_MS / 1000)
    assert reached == {"core": True, "finance": True, "sales": True, "service": False, "marketing": True}
