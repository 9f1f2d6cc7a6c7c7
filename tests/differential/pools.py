"""Values worth asking with: ids, numbers and cursors of real rows, of other customers' rows, and of none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID

from tests.oracle.roots import OBJECTS
from tests.oracle.world import Row, World

TABLES = {coordinate: table for table, coordinate in OBJECTS.values()}


class Pools:
    """Draws from the rows of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = Random(0)  # noqa: S311 - repeatable, not secret
        self._customers = world.tables["core.customer"]
        self._points = {
            kind: [row["value"] for row in world.tables["core.contact_point"] if row["kind"] == kind]
            for kind in ("PHONE", "EMAIL")
        }
        self._shared = {
            kind: [value for value, times in Counter(values).items() if times > 1]
            for kind, values in self._points.items()
        }
        # Those of whom much is known are asked for more often.
        self._busy = [
            row for row in self._customers if len(world.by("sales.sales_order", "customer_id")[row["id"]]) > 4
        ]

    def draw_with(self, rng: Random) -> None:
        self._rng = rng

    def customer(self) -> Row:
        return self._rng.choice(self._busy if self._rng.random() < 0.6 else self._customers)

    def row(self, table: str) -> Row:
        return self._rng.choice(self._world.tables[table])

    def number(self, table: str) -> str:
        return str(self.row(table)["number"]) if self._rng.random() < 0.93 else "NO-SUCH-NUMBER"

    def customer_key(self, key: str, owner: Row) -> str:
        """What finds the customer by one key; now and then what finds somebody else, or nobody."""
        rng = self._rng
        if rng.random() < 0.07:
            return _UNKNOWN[key]
        if rng.random() < 0.1:
            owner = self.customer()
        found = self._keys_of(key, owner)
        return rng.choice(found) if found else _UNKNOWN[key]

    def _keys_of(self, key: str, owner: Row) -> Sequence[str]:
        if key in ("id", "number"):
            return [str(owner[key])]
        if key == "identifier":
            rows = self._world.by("core.identifier", "customer_id")[owner["id"]]
            return [f"{row['system']}:{row['type']}:{row['value']}" for row in rows]
        points = self._world.by("core.contact_point", "customer_id")[owner["id"]]
        values = [row["value"] for row in points if row["kind"] == key.upper()]
        return [self._as_typed(value, key) for value in values]

    def _as_typed(self, value: str, key: str) -> str:
        """People write numbers with spaces and domains in capitals."""
        if self._rng.random() < 0.8:
            return value
        if key == "phone":
            return f"{value[:5]} {value[5:8]}-{value[8:]}"
        local, _, domain = value.partition("@")
        return f"{local}@{domain.upper()}"

    def point(self, kind: str) -> str:
        """A phone number or an e-mail address of anybody; of several customers more often than chance has it."""
        shared = self._shared[kind]
        values = shared if shared and self._rng.random() < 0.5 else self._points[kind]
        return self._as_typed(self._rng.choice(values), kind.lower())

    def global_id(self) -> str:
        rng = self._rng
        type_ = rng.choice(["Customer", *OBJECTS])
        if type_ == "Customer":
            return str(self.customer()["id"])
        row = self.row(OBJECTS[type_][0])
        customer = self.customer()["id"] if rng.random() < 0.06 else row["customer_id"]
        id_ = f"{type_}_{customer}_{row['id']}"
        return rng.choice(_NO_IDS) if rng.random() < 0.1 else id_

    def owner_of(self, global_id: str) -> UUID | None:
        parts = global_id.split("_")
        try:
            return UUID(parts[0] if len(parts) == 1 else parts[1])
        except ValueError:
            return None

    def cursor(self, coordinate: str, owner: UUID | None) -> str:
        rng = self._rng
        if rng.random() < 0.05:
            return rng.choice(("", "no cursor", "00000000-0000-0000-0000-000000000000"))
        table = "core.customer" if coordinate == "Query.customers" else TABLES[coordinate]
        rows: Sequence[Row] = self._world.tables[table]
        if coordinate != "Query.customers" and rng.random() < 0.9:
            rows = self._world.by(table, "customer_id")[owner] or rows
        return str(rng.choice(rows)["id"])

    def prefix(self) -> str:
        name = str(self.customer()["display_name"])
        cut = name[: self._rng.randint(1, 4)]
        return self._rng.choice((cut, cut.upper(), cut.lower(), "%", "_", ""))

    def since(self) -> str:
        days = [row["since"] for row in self._customers if row["since"] is not None]
        return str(self._rng.choice(days).isoformat())

    def value_of(self, column: str) -> str:
        """A country or a language that somebody has."""
        return str(self._rng.choice([row[column] for row in self._customers if row[column] is not None]))


_UNKNOWN: Mapping[str, str] = {
    "id": "11111111-2222-4333-8444-555555555555",
    "number": "C-999999",
    "phone": "+46701740999",
    "email": "nobody@example.org",
    "identifier": "nowhere:login:nobody",
}
_NO_IDS: Sequence[Any] = (
    "x",
    "",
    "Nothing_of_this",
    "Nothing_to-find",
    "Customer_1_2",
    "Invoice_x_y",
    "11111111-2222-4333-8444-555555555555",
)
