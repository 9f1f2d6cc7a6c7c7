"""The viewer learns what they may do with a field, for the purposes of their token."""

from tests.resolvers.conftest import Ask, code, data

MAY = """{ viewer {
  balance: may(coordinate: "Finance.balance", purpose: "care") { effect rule article when }
  invoices: may(coordinate: "Finance.invoices", purpose: "care") { effect rule remedy }
  other: may(coordinate: "Finance.balance", purpose: "payment") { effect rule }
  name: may(coordinate: "Customer.displayName", purpose: "care", use: FILTER) { effect }
  nothing: may(coordinate: "Customer.nothing", purpose: "care") { effect }
} }"""


async def test_may_tells_effect_and_reason(ask: Ask) -> None:
    viewer = data(await ask(MAY))["viewer"]

    assert viewer["balance"] == {
        "effect": "ALLOW",
        "rule": "care-tells-the-balance",
        "article": "GDPR Art. 6(1)(b)",
        "when": ["unrestricted"],
    }
    assert viewer["invoices"]["effect"] == "WITHHOLD"
    assert viewer["other"] == {"effect": "WITHHOLD", "rule": "no-purpose"}
    assert viewer["name"] == {"effect": "ALLOW"}
    assert viewer["nothing"] is None


async def test_coordinates_cover_the_whole_schema(ask: Ask) -> None:
    answer = await ask("{ viewer { coordinates { coordinate effect category } } }")

    listed = data(answer)["viewer"]["coordinates"]
    effects = {each["coordinate"]: each["effect"] for each in listed}
    assert effects["Invoice.total"] == "WITHHOLD"
    assert effects["Ticket.subject"] == "ALLOW"
    assert effects["Money.amount"] == "ALLOW"
    assert len(effects) == len(listed)


async def test_viewer_answers_without_a_purpose(ask: Ask) -> None:
    answer = await ask("{ viewer { role purpose } __typename }", purpose=None)

    assert data(answer) == {"viewer": {"role": "service_agent", "purpose": None}, "__typename": "Query"}


async def test_null_where_none_may_stand_is_the_callers_fault(ask: Ask) -> None:
    may = (
        'query($use: Use = ITEM) { viewer { may(coordinate: "Money.amount", purpose: "care", use: $use) { effect } } }'
    )

    assert data(await ask(may)) == {"viewer": {"may": {"effect": "ALLOW"}}}
    refused = await ask(may, variables={"use": None})
    assert (data(refused), code(refused)) == ({"viewer": {"may": None}}, "BAD_USER_INPUT")
