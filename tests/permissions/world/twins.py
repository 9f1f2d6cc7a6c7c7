"""Twins of a world: equal in all that one asker may learn, and different in everything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

from auth.policy.categories import Category
from datasources.currencies import DECIMALS, round_amount
from datasources.departments import METADATA
from tests.permissions.world.askers import Asker
from tests.permissions.world.cells import KEPT, NOBODYS, TOLD, told_by_column, told_by_row

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]

COLUMNS = {
    f"{table.schema}.{table.name}": {column.name: bool(column.nullable) for column in table.columns}
    for metadata in METADATA.values()
    for table in metadata.tables.values()
}
KEYS = {
    f"{table.schema}.{table.name}.{column.name}"
    for metadata in METADATA.values()
    for table in metadata.tables.values()
    for column in table.primary_key
}
# Which of the lists of contact points a row stands in is a link like a key.
KEYS.add("core.contact_point.kind")
UNIQUE = {"number", "code"}
PAST, FUTURE = date(2001, 1, 1), date(2098, 1, 1)
_EXPIRY = {1: "direct_marketing_until", 2: "profiling_until", 4: "partner_sharing_until", 8: "special_categories_until"}


def flags_at(row: Mapping[str, Any], now: datetime) -> int:
    """The flags that count: a consent until it expires, minority until the birthday."""
    flags: int = row["flags"]
    for bit, until in _EXPIRY.items():
        if row[until] is not None and row[until] <= now:
            flags &= ~bit
    if row["minor_until"] is not None and row["minor_until"] <= now.date():
        flags &= ~256
    return flags


@dataclass
class Twin:
    """Makes the other world for one asker."""

    tables: Tables
    asker: Asker
    rng: Random
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: int = 0
    dropped: int = 0
    added: int = 0

    def made(self) -> dict[str, list[Row]]:
        found = {name: list(self._table(name)) for name in self.tables if name in COLUMNS}
        found["core.partner_link"] = list(self._links())
        return found

    @cached_property
    def _flags(self) -> Mapping[UUID, int]:
        return {row["id"]: flags_at(row, self.now) for row in self.tables["core.customer"]}

    @cached_property
    def _linked(self) -> frozenset[object]:
        links = self.tables["core.partner_link"]
        return frozenset(row["customer_id"] for row in links if row["contract"] == self.asker.scope.by)

    @cached_property
    def known(self) -> frozenset[UUID]:
        """The customers who exist for the asker."""
        rows = self.tables["core.customer"]
        return frozenset(row["id"] for row in rows if self.asker.knows_of(row, self._flags[row["id"]], self._linked))

    def _table(self, name: str) -> Iterator[Row]:
        for row in self.tables[name]:
            if name in NOBODYS:
                yield dict(row)
            elif name == "core.customer":
                yield from self._customer(row)
            else:
                yield from self._row(name, row)

    def _links(self) -> Iterator[Row]:
        """Links of other partners are withheld from every asker."""
        for row in self.tables["core.partner_link"]:
            if row["contract"] == self.asker.scope.by or self.rng.random() < 0.5:
                yield dict(row)
        for row in self.tables["core.customer"]:
            if self.rng.random() < 0.2:
                yield {"contract": "some other partner", "customer_id": row["id"]}

    def _customer(self, row: Mapping[str, Any]) -> Iterator[Row]:
        if row["id"] in self.known:
            yield self._altered("core.customer", row, self._flags[row["id"]])
            return
        if self.rng.random() < 0.3 and self.asker.scope.by != str(row["id"]):
            self.dropped += 1
            return
        yield self._unknown(row)
        if self.rng.random() < 0.2:
            self.added += 1
            yield {**self._unknown(row), "id": self._id(), "number": self._text(), "territory": row["territory"]}

    def _unknown(self, row: Mapping[str, Any]) -> Row:
        """A customer who does not exist for the asker."""
        altered = self._altered("core.customer", row, None)
        altered["number"] = self._text()
        if row["status"] == "ERASED":
            altered |= {"status": "ERASED", "flags": self.rng.randrange(512)}
        elif not self.asker.reaches(row, self._linked):
            altered["flags"] = self.rng.randrange(512)
        return altered

    def _row(self, name: str, row: Mapping[str, Any]) -> Iterator[Row]:
        """Whether the asker may learn of the row: never of an unknown customer's, or of one past its retention."""
        flags = self._flags.get(row["customer_id"]) if row["customer_id"] in self.known else None
        is_over = row.get("retain_until") is not None and row["retain_until"] < self.now.date()
        if flags is not None and not is_over and self.asker.is_told_of_row(told_by_row(name, row), flags):
            yield self._altered(name, row, flags)
            return
        if self.rng.random() < 0.35:
            self.dropped += 1
            return
        yield self._altered(name, row, None)
        if self.rng.random() < 0.25 and "id" in row and name != "service.ticket" and not is_over:
            self.added += 1
            yield {**self._altered(name, row, None), "id": self._id(), **self._fresh(name)}

    def _fresh(self, name: str) -> Row:
        """What two rows may not share."""
        fresh: Row = {"number": self._text()} if "number" in COLUMNS[name] else {}
        if name == "core.identifier":
            fresh["value"] = self._text()
        if name == "core.privacy_event":
            fresh["sequence"] = self.rng.randrange(10**9, 10**12)
        return fresh

    def _altered(self, name: str, row: Mapping[str, Any], flags: int | None) -> Row:
        """The row with every cell changed that the asker learns nothing of; of what they see masked, the rest."""
        altered = dict(row)
        for column, nullable in COLUMNS[name].items():
            if column == "retain_until":
                altered[column] = self._retention(row[column])
            elif column == "territory" and self.asker.scope.reach != "territory":
                altered[column] = self.rng.choice(("NORTH", "SOUTH", "EAST", "WEST"))
            elif f"{name}.{column}" in TOLD or (column not in KEPT and f"{name}.{column}" not in KEYS):
                altered[column] = self._cell(name, column, row, flags, nullable=nullable)
        if altered.get("expires_at") is not None and altered["expires_at"] < altered["occurred_at"]:
            altered["occurred_at"], altered["expires_at"] = altered["expires_at"], altered["occurred_at"]
        return altered

    def _retention(self, until: date | None) -> date | None:
        is_over = until is not None and until < self.now.date()
        days = timedelta(self.rng.randrange(300))
        return PAST + days if is_over else self.rng.choice((None, FUTURE + days))

    def _cell(self, name: str, column: str, row: Mapping[str, Any], flags: int | None, *, nullable: bool) -> Any:
        before = row[column]
        ways = told_by_column(name, column)
        if flags is not None and (ways is None or self.asker.is_told(ways, flags)):
            return before
        part = None if flags is None else self._part(name, column, row, flags)
        if part is not None:
            after = None if before is None else self._with_same(part, before)
        elif f"{name}.{column}" == "core.customer.birth_date" and before is not None:
            after = self._birthday(before)
        else:
            after = self._other(name, column, row, nullable=nullable)
        self.changed += after != before
        return after

    def _part(self, name: str, column: str, row: Mapping[str, Any], flags: int) -> str | None:
        """Which part of the cell the asker learns all the same."""
        cell = f"{name}.{column}"
        if cell == "core.contact_point.value":
            return "domain" if row["kind"] == "EMAIL" and self._is_told(Category.EMAIL_DOMAIN, flags) else None
        if cell == "core.customer.birth_date":
            return "year" if self._is_told(Category.BIRTH_YEAR, flags) else None
        category = _MASKED.get(cell)
        return None if category is None else self.asker.learns(category, flags)

    def _is_told(self, category: Category, flags: int) -> bool:
        return self.asker.learns(category, flags) == "all"

    def _with_same(self, part: str, before: Any) -> Any:
        match part:
            case "domain":
                return f"{self._text().lower()}@{before.partition('@')[2]}"
            case "year":
                return self._day_in(before.year)
            case "last4":
                return self._with_tail(before)
        assert part == "initial"
        return before[:1] + self._text()

    def _with_tail(self, before: str) -> str:
        """The mask shows at most four characters and hides at least four."""
        shown = max(0, min(4, len(before) - 4))
        letters = self.rng.choices("ABCDEFGHIKLMNOPQRSTUVWXYZ", k=len(before) - shown)
        return "".join(letters) + before[len(before) - shown :]

    def _birthday(self, before: date) -> date:
        """Whether a customer is a minor is a flag, and twins have equal flags."""
        return self._day_in(before.year if before.year > 1990 else before.year - self.rng.randrange(1, 30))

    def _day_in(self, year: int) -> date:
        return date(year, self.rng.randrange(1, 13), self.rng.randrange(1, 29))

    def _other(self, name: str, column: str, row: Mapping[str, Any], *, nullable: bool) -> Any:
        cell = f"{name}.{column}"
        if cell == "finance.invoice.open_amount" and not row[column]:
            # A settled invoice is not part of any balance, and does not become one.
            return row[column]
        if cell == "service.feedback.value":
            return self.rng.randrange(1, 6)
        if nullable and self.rng.random() < 0.15 and cell != "core.contact_point.value":
            return None
        if column in UNIQUE or cell == "core.identifier.value":
            return self._text()
        found = self._population(name, column, row)
        if column == "currency" and row[column] is not None:
            # The amounts beside it keep their decimals.
            found = [each for each in found if DECIMALS[each] == DECIMALS[row[column]]]
        other = self._near(column, self.rng.choice(found), row[column]) if found else row[column]
        return round_amount(other, row["currency"]) if isinstance(other, Decimal) and row.get("currency") else other

    def _near(self, column: str, other: Any, before: Any) -> Any:
        match other:
            case bool():
                return not before
            case Decimal():
                return other + self.rng.randrange(1, 90)
            case datetime() | date():
                return other + timedelta(days=self.rng.randrange(-40, 40))
            case str() if column in _WRITTEN:
                return self._text()
        return other

    def _population(self, name: str, column: str, row: Mapping[str, Any]) -> Sequence[Any]:
        """The values of the column that may stand here."""
        like = row["topic"] if name == "core.privacy_event" and column == "state" else None
        key = f"{name}.{column} {like}"
        if key not in self._populations:
            rows = [each for each in self.tables[name] if like is None or each["topic"] == like]
            # No customer becomes ERASED in a twin.
            self._populations[key] = [each[column] for each in rows if each[column] not in (None, "ERASED")]
        return self._populations[key]

    @cached_property
    def _populations(self) -> dict[str, Sequence[Any]]:
        return {}

    def _text(self) -> str:
        return "".join(self.rng.choices("ABCDEFGHIKLMNOPQRSTUVWXYZ", k=9))

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)


# Free text, which any other text may replace. Other columns hold values of a closed list, or keep their value.
_WRITTEN = {
    *("display_name", "given_name", "family_name", "legal_name", "registration_number", "vat_number", "street"),
    *("postcode", "city", "region", "name", "role", "note", "description", "payer_reference", "reason", "body"),
    *("subject", "author", "comment", "because", "recording_reference", "model", "segment", "rating_grade"),
    *("text_version", "actor", "owner", "program", "rfm_code", "lifetime_model", "churn_model", "sku"),
}
# Where a mask may leave a part of the text to be seen.
_MASKED = {
    "core.identifier.value": Category.IDENTIFIER,
    "finance.payment.payer_reference": Category.PAYER_REFERENCE,
    "core.customer.display_name": Category.NAME,
    "core.customer.given_name": Category.NAME,
    "core.customer.family_name": Category.NAME,
}
