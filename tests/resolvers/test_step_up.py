"""Data that the policy marks asks for a recent sign-in; all else is answered as before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.policy.sign_in import SignInRequirement
from auth.step_up import StepUpNeeded
from resolvers.answering.requests import Answer, Outcome, Request
from resolvers.graph import Graph
from tests.resolvers.conftest import data, viewer

HOUR = SignInRequirement(max_age=3600)
BIRTH_DATE = '{ customer(by: {number: "C-000001"}) { number party { ... on Individual { birthDate } } } }'
SCORE = '{ customer(by: {number: "C-000001"}) { number finance { credit { rating { score } } } } }'
NAME = '{ customer(by: {number: "C-000001"}) { number displayName } }'
OFFICER, CREDIT, AGENT = ("privacy_officer", "rights"), ("credit_officer", "credit"), ("service_agent", "care")


async def ask(graph: Graph, document: str, who: tuple[str, str], minutes: int | None, **more: Any) -> Answer:
    """A viewer who signed in so many minutes ago; None if the token does not say when."""
    moment = None if minutes is None else datetime.now(UTC) - timedelta(minutes=minutes)
    asker = viewer(*who, authenticated_at=moment)
    return await graph.answer(Request(document, None, None, asker, False, "test", **more))


@pytest.mark.parametrize("minutes", [61, 600, None])
@pytest.mark.parametrize(("document", "who"), [(BIRTH_DATE, OFFICER), (SCORE, OFFICER), (SCORE, CREDIT)])
async def test_what_is_marked_asks_for_a_recent_sign_in(
    graph: Graph, document: str, who: tuple[str, str], minutes: int | None
) -> None:
    with pytest.raises(StepUpNeeded) as raised:
        await ask(graph, document, who, minutes)
    assert raised.value.requirement == HOUR


@pytest.mark.parametrize(("document", "who"), [(BIRTH_DATE, OFFICER), (SCORE, OFFICER), (SCORE, CREDIT)])
async def test_who_signed_in_lately_is_answered(graph: Graph, document: str, who: tuple[str, str]) -> None:
    answer = await ask(graph, document, who, 59)
    assert answer.outcome is Outcome.OK
    assert data(answer)["customer"]["number"] == "C-000001"


@pytest.mark.parametrize("minutes", [600, None])
async def test_what_is_not_marked_asks_for_nothing(graph: Graph, minutes: int | None) -> None:
    for who in (OFFICER, CREDIT, AGENT):
        assert (await ask(graph, NAME, who, minutes)).outcome is Outcome.OK
    assert (await ask(graph, "{ viewer { role } __schema { queryType { name } } }", OFFICER, minutes)).code is None


async def test_what_is_withheld_asks_for_nothing(graph: Graph) -> None:
    answer = await ask(graph, BIRTH_DATE, AGENT, None)
    assert answer.outcome is Outcome.OK
    assert data(answer)["customer"]["party"].get("birthDate") is None


async def test_the_same_plan_serves_who_may_and_refuses_who_may_not(graph: Graph) -> None:
    """The sign-in is no part of a plan: it is asked about each time."""
    for minutes in (0, 61, 0, None):
        if minutes == 0:
            assert (await ask(graph, SCORE, CREDIT, minutes)).outcome is Outcome.OK
        else:
            with pytest.raises(StepUpNeeded):
                await ask(graph, SCORE, CREDIT, minutes)


async def test_a_dry_run_asks_for_what_the_class_would_need(graph: Graph) -> None:
    with pytest.raises(StepUpNeeded):
        await ask(graph, SCORE, OFFICER, 61, dry_run="credit_officer/credit")
    assert (await ask(graph, SCORE, OFFICER, 61, dry_run="service_agent/care")).outcome is Outcome.OK
