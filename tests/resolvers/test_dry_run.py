"""Dry runs by a privacy officer, who sees all of it: what another class gets, marked in the access log."""

import asyncpg
import pytest

from resolvers.answering.requests import Outcome
from tests.resolvers.conftest import Ask, code

CARD = """{ customer(by: {number: "C-000001"}) {
  number displayName identifiers { value } finance { balance { amount } } service { tickets { totalCount } }
} customers(first: 3) { nodes { number displayName } } }"""


@pytest.mark.parametrize(
    ("role", "purpose"),
    [("service_agent", "care"), ("marketing_campaigner", "direct_marketing"), ("finance_clerk", "payment")],
)
async def test_who_sees_all_of_it_gets_what_the_class_gets(ask: Ask, role: str, purpose: str) -> None:
    tried = await ask(CARD, "privacy_officer", "rights", dry_run=f"{role}/{purpose}")
    real = await ask(CARD, role, purpose)

    assert tried.body.replace(b',"by":"TRIED_OUT"', b"") == real.body
    assert tried.body != real.body
    assert tried.outcome is Outcome.OK


async def test_dry_run_is_marked_in_the_log(ask: Ask, seeded: dict[str, str]) -> None:
    await ask(CARD, "privacy_officer", "rights", dry_run="service_agent/care")

    connection = await asyncpg.connect(seeded["core"])
    try:
        record = await connection.fetchrow("SELECT * FROM core.access_record ORDER BY sequence DESC LIMIT 1")
    finally:
        await connection.close()
    assert record is not None
    assert (record["viewer_class"], record["purpose"]) == ("service_agent", "care")
    assert (record["dry_run_by"], record["viewer"]) == ("privacy_officer", "somebody")


@pytest.mark.parametrize(
    ("role", "purpose"), [("service_agent", "care"), ("auditor", "audit"), ("privacy_officer", None)]
)
async def test_dry_run_is_refused_to_others(ask: Ask, role: str, purpose: str | None) -> None:
    answer = await ask(CARD, role, purpose, dry_run="finance_clerk/payment")

    assert (answer.outcome, code(answer)) == (Outcome.REFUSED, "DRY_RUN_NOT_ALLOWED")


@pytest.mark.parametrize(
    "written",
    ["", "nobody/care", "service_agent", "service_agent/nothing", "service_agent/care/x", "partner_client/partner"],
)
async def test_dry_run_of_what_the_policy_does_not_know(ask: Ask, written: str) -> None:
    answer = await ask(CARD, "privacy_officer", "rights", dry_run=written)

    assert (answer.outcome, code(answer)) == (Outcome.REFUSED, "BAD_REQUEST")
