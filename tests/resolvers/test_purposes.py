"""A request without a purpose: refused where the token leaves a choice, answered without personal data where not."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from resolvers.answering.requests import Outcome, Request
from resolvers.graph import Graph
from tests.resolvers.conftest import viewer

PERSONAL = (
    '{ customer(by: {number: "C-000001"}) { id } }',
    "{ customers(first: 1) { totalCount } }",
    "{ customers(first: 1, filter: {kind: INDIVIDUAL}) { nodes { number } } }",
    '{ invoice(number: "INV-000001-001") { number } }',
    '{ node(id: "00000000-0000-4000-8000-000000000000") { id } }',
    "{ viewer { role } customers(first: 1) { nodes { number } } }",
)
NOT_PERSONAL = ("{ viewer { role purpose } }", "{ __schema { queryType { name } } }", "{ __typename }")


async def ask(graph: Graph, document: str, purposes: set[str], purpose: str | None = None) -> tuple[Outcome, Any]:
    asker = replace(viewer("service_agent", purpose), purposes=frozenset(purposes))
    answer = await graph.answer(Request(document, None, None, asker, False, "test"))
    return answer.outcome, orjson.loads(answer.body)


@pytest.mark.parametrize("document", PERSONAL)
async def test_a_choice_that_is_not_made_is_refused(graph: Graph, document: str) -> None:
    outcome, body = await ask(graph, document, {"care", "payment", "gone"})
    assert outcome is Outcome.REFUSED
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "PURPOSE_REQUIRED", "purposes": ["care", "payment"]}
    assert error["message"] == "Name a purpose in the header Customer360-Purpose. Your token allows care, payment."
    assert "data" not in body


@pytest.mark.parametrize("document", NOT_PERSONAL)
async def test_what_is_not_personal_needs_no_choice(graph: Graph, document: str) -> None:
    assert (await ask(graph, document, {"care", "payment"}))[0] is Outcome.OK


@pytest.mark.parametrize("document", PERSONAL)
@pytest.mark.parametrize("purposes", [set[str](), {"gone"}])
async def test_a_token_without_a_purpose_sees_nothing_personal(graph: Graph, document: str, purposes: set[str]) -> None:
    """The same plan as for a token that leaves a choice."""
    outcome, body = await ask(graph, document, purposes)
    assert outcome is Outcome.OK
    assert body["data"] in (
        {"customer": None},
        {"invoice": None},
        {"node": None},
        {"customers": {"totalCount": 0}},
        {"customers": {"nodes": []}},
        {"viewer": {"role": "service_agent"}, "customers": {"nodes": []}},
    )


async def test_a_purpose_that_is_named_is_answered(graph: Graph) -> None:
    _, body = await ask(graph, PERSONAL[0], {"care", "payment"}, "care")
    assert body["data"]["customer"]["id"]
