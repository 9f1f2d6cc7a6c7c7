"""A column that the viewer may not see is not read: it is not in the statement at all."""

import re

from tests.guards.conftest import Asked, House, asking

EVERYTHING = """
query Everything($phone: PhoneNumber!) {
  customer(by: { phone: $phone }) {
    number
    party { ... on Individual { birthDate birthYear } ... on Organization { vatNumber } }
    finance {
      accounts { number balance { amount } }
      credit { terms { netDays } limit { amount } exposure { amount } rating { agency score } }
      invoices(first: 2) { nodes { number total { amount } payments { payerReference } } }
    }
    sales { orders(first: 2) { nodes { number } } opportunities(first: 2) { nodes { name amount { amount } } } }
    service { tickets(first: 2) { nodes { subject } } calls(first: 2) { nodes { agent recordingReference } } }
    marketing {
      touchpoints(first: 2) { nodes { outcome revenue { amount } } }
      interests { topic score }
      scores { churn { probability } }
    }
  }
}
"""

# What a service agent may not see, and where it would be read from.
WITHHELD = (
    *("core.customer.birth_date", "finance.account.number", "finance.credit.limit_amount", "finance.credit.exposure"),
    *("finance.credit.rating_agency", "finance.credit.rating_score", "finance.invoice.number", "finance.invoice.total"),
    *("finance.payment.payer_reference", "sales.opportunity.name", "sales.opportunity.amount"),
    *("service.call.recording_reference", "marketing.touchpoint.outcome", "marketing.touchpoint.revenue"),
    *("marketing.interest.topic", "marketing.interest.score", "marketing.score.churn_probability"),
)
SEEN = ("finance.credit.net_days", "sales.sales_order.number", "service.ticket.subject", "service.call.agent")


async def test_withheld_columns_are_not_named(house: House, variables: Asked) -> None:
    await house.ask(EVERYTHING, variables["card"][0])
    (statement,) = house.statements

    named = columns(statement.sql)
    # A year of birth is not the date, but can be read only from it.
    assert named & (set(WITHHELD) - {"core.customer.birth_date"}) == set()
    assert set(SEEN) <= named


async def test_no_table_is_read_of_which_nothing_may_be_seen(house: House, variables: Asked) -> None:
    await house.ask(EVERYTHING, variables["card"][0])

    for table in ("finance.invoice", "finance.payment", "sales.opportunity", "marketing.touchpoint", "marketing.score"):
        assert not re.search(rf"\b{re.escape(table)}\b", house.statements[0].sql)


async def test_without_a_purpose_nothing_personal_is_named(house: House) -> None:
    # Without a purpose no customer exists: no statement is run.
    await house.ask(EVERYTHING, {"phone": "+4930123456"}, asking("service_agent", None))

    assert house.statements == []
    assert house.log.records == []


def columns(sql: str) -> set[str]:
    """The columns that a statement names, as `schema.table.column`."""
    tables = dict(re.findall(r"\b(\w+\.\w+) AS (\w+)", sql))
    aliased = {alias: table for table, alias in tables.items()}
    return {
        f"{aliased[alias]}.{column}" for alias, column in re.findall(r"\b(\w+)\.(\w+)\b", sql) if alias in aliased
    } | set(re.findall(r"\b(?:core|finance|sales|service|marketing)\.\w+\.\w+\b", sql))
