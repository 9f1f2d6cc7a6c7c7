"""A client's contract narrows what its viewer may see, and the answer says so; contracts do not share plans."""

from dataclasses import replace

import orjson

from auth.policy.categories import Category
from auth.policy.ceiling import Ceiling
from resolvers.answering.requests import Request
from resolvers.graph import Graph
from tests.resolvers.conftest import viewer

CARD = """{ customer(by: {number: "C-000001"}) {
  number finance { balance { currency } } service { openTicketCount }
} viewer { may(coordinate: "Finance.balance", purpose: "care") { effect rule } } }"""


async def test_the_contract_takes_away_what_it_does_not_name(graph: Graph) -> None:
    async def ask_under(ceiling: Ceiling | None) -> tuple[object, object, list[str]]:
        who = replace(viewer("service_agent", "care"), ceiling=ceiling)
        body = orjson.loads((await graph.answer(Request(CARD, None, None, who, False, "test"))).body)
        withheld = [each["coordinate"] for each in body["extensions"]["privacy"]["withheld"]]
        return body["data"]["customer"], body["data"]["viewer"]["may"], withheld

    whole = {"number": "C-000001", "finance": {"balance": {"currency": "SEK"}}, "service": {"openTicketCount": 1}}
    allowed = {"effect": "ALLOW", "rule": "care-tells-the-balance"}
    contract = {"effect": "WITHHOLD", "rule": "contract"}

    assert await ask_under(None) == (whole, allowed, [])
    assert await ask_under(Ceiling.of(["core:read", "service:read"])) == (
        {**whole, "finance": {"balance": None}},
        contract,
        ["Finance.balance"],
    )
    assert await ask_under(Ceiling.of(["core:read", "service:read"], [Category.UNIQUE_ID])) == (
        {**whole, "finance": {"balance": None}, "service": {"openTicketCount": None}},
        contract,
        ["Finance.balance", "Service.openTicketCount"],
    )
    assert (await ask_under(Ceiling.of([])))[0] is None
    assert await ask_under(None) == (whole, allowed, [])
