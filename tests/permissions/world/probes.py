"""Operations that ask for one thing: by a filter, an order, a cursor or a key, each time with other values."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.oracle.roots import OBJECTS
from tests.oracle.world import Row, World

_CARD = """
  id __typename number displayName status kind since language country preferredChannel
  party { __typename displayName ... on Individual { givenName familyName birthDate birthYear }
    ... on Organization { legalName registrationNumber vatNumber parentId contacts { name role email phone } } }
  emailAddresses { address domain isPrimary verifiedAt validTo } phoneNumbers { number isPrimary validFrom }
  postalAddresses { street postcode city region country } identifiers { system type value isVerified }
  channelPreferences { channel rank setVia note }
  privacy { isRestricted isMinor consents { topic status statedAt legalBasis history { state } } objections { topic } }
  finance { balance { amount currency } balances { amount currency }
    overdue { amount } ageing { notDue { amount } over90Days { amount } }
    accounts { number balance { amount } openedOn } dunningNotices { level sentOn }
    invoices(first: 3) { totalCount pageInfo { hasNextPage endCursor } nodes { number state total { amount }
      openAmount { amount } daysOverdue lines { description } payments { amount { amount } payerReference } } }
    payments(first: 3) { totalCount nodes { method payerReference } } creditNotes { nodes { number reason } }
    credit { terms { netDays } limit { amount } available { amount } rating { grade score } decisionBasis } }
  sales { orders(last: 3) { totalCount edges { cursor node { number total { amount } lines { quantity } } } }
    opportunities { nodes { name stage } } quotes { nodes { number state } } productsOwned { quantity lastBoughtOn }
    recommendations { score kind reason { __typename ... on BoughtTogether { lift }
      ... on PopularInSegment { segment share } } } }
  service { openTicketCount tickets(first: 3) { totalCount nodes { number subject sla { isBreached }
      messages(first: 2) { totalCount nodes { body author } } } }
    calls { nodes { callerNumber agent recordingReference } } feedback { nodes { value comment ticketNumber } } }
  marketing { touchpoints(first: 3) { totalCount nodes { outcome revenue { amount } campaign { name } } }
    campaigns { name } segments { name because enteredOn } interests { topic score }
    scores { rfm { code } lifetimeValue { amount { amount } } churn { probability } } loyalty { tier points } }
"""
ONE = f"query ($by: CustomerBy!) {{ customer(by: $by) {{ {_CARD} }} }}"
_PAGE = "$f: CustomerFilter, $n: Int, $after: String"
_LISTED = (
    "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id number } }"
)
LISTS = tuple(
    f"query ({_PAGE}) {{ customers(filter: $f, {way}: $n, {cursor}: $after{order}) {{ {_LISTED} }} }}"
    for order in ("", *(f", orderBy: {{field: {key}, direction: {to}}}" for key, to in
                        (("NAME", "ASC"), ("NAME", "DESC"), ("SINCE", "ASC"), ("SINCE", "DESC"), ("NUMBER", "ASC"))))
    for way, cursor in (("first", "after"), ("last", "before"))
)  # fmt: skip
NUMBERED = {
    "finance.invoice": "invoice",
    "sales.sales_order": "order",
    "service.ticket": "ticket",
}
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename id ... on Customer {{ {_CARD} }} }} }}"

Probe = tuple[str, dict[str, Any]]


class Probes:
    """A stream of probes with values from some worlds: those that differ between them among the others."""

    def __init__(self, worlds: list[World], rng: Random) -> None:
        self._worlds = worlds
        self._rng = rng

    def __iter__(self) -> Iterator[Probe]:
        kinds = (self._one, self._one, self._list_probe, self._list_probe, self._list_probe, self._numbered, self._node)
        while True:
            yield self._rng.choice(kinds)()

    def _row(self, table: str) -> Row:
        found = [world.tables[table] for world in self._worlds if world.tables[table]]
        return self._rng.choice(self._rng.choice(found))

    def _one(self) -> Probe:
        customer, point = self._row("core.customer"), self._row("core.contact_point")
        known = self._row("core.identifier")
        by: Mapping[str, Any] = {
            "id": str(customer["id"]),
            "number": customer["number"],
            "identifier": f"{known['system']}:{known['type']}:{known['value']}",
            "phone": point["value"] if point["kind"] == "PHONE" else "+46701740605",
            "email": point["value"] if "@" in str(point["value"]) else "nobody@example.com",
        }
        key = self._rng.choice(sorted(by))
        return ONE, {"by": {key: by[key]}}

    def _list_probe(self) -> Probe:
        rng, customer = self._rng, self._row("core.customer")
        given: dict[str, Any] = {"n": rng.choice((1, 5, 10, 50, 100))}
        if rng.random() < 0.4:
            given["after"] = str(customer["id"])
        if rng.random() < 0.7:
            given["f"] = self._filter()
        return rng.choice(LISTS), given

    def _filter(self) -> dict[str, Any]:
        row, point = self._row("core.customer"), self._row("core.contact_point")
        name, cut = str(row["display_name"]), self._rng.randrange(1, 4)
        choices: list[dict[str, Any]] = [
            {"nameStartsWith": name[:cut]},
            {"nameStartsWith": name},
            {"statuses": [row["status"]]},
            {"kind": row["kind"]},
            {"countries": [row["country"] or "SE"]},
            {"language": row["language"] or "sv"},
        ]
        if row["since"] is not None:
            day = row["since"].isoformat()
            choices += [{"sinceFrom": day}, {"sinceBefore": day}, {"sinceFrom": day, "kind": row["kind"]}]
        if point["kind"] == "PHONE":
            choices += [{"phone": point["value"]}] * 3
        if "@" in str(point["value"]):
            choices += [{"email": point["value"]}] * 3
        return self._rng.choice(choices)

    def _numbered(self) -> Probe:
        table, root = self._rng.choice(sorted(NUMBERED.items()))
        document = f"query ($n: String!) {{ {root}(number: $n) {{ id number customer {{ {_CARD} }} }} }}"
        return document, {"n": self._row(table)["number"]}

    def _node(self) -> Probe:
        type_ = self._rng.choice(["Customer", *OBJECTS])
        if type_ == "Customer":
            return NODE, {"id": str(self._row("core.customer")["id"])}
        row = self._row(OBJECTS[type_][0])
        return NODE, {"id": f"{type_}_{row['customer_id']}_{row['id']}"}
