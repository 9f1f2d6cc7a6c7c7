"""The scene of one request: the world at its moment, who asks, and the things that an answer is made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from auth.policy.reach import Reach
from auth.viewer import Viewer
from tests.oracle import ledger
from tests.oracle.rights import Rights
from tests.oracle.world import Moment, Row


@dataclass(frozen=True)
class Subject:
    """A customer, with their privacy flags."""

    row: Row
    flags: int

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found


@dataclass(frozen=True)
class Thing:
    """An object of the graph: a row seen as one of its types."""

    type: str
    row: Row
    subject: Subject | None = None


@dataclass(frozen=True)
class Key:
    """What a list is ordered by: a field of its entries, and the value that is compared."""

    field: str
    value: Callable[[Row], Any]
    is_descending: bool = False


def newest(field_: str, column: str) -> Key:
    return Key(field_, lambda row: row[column], is_descending=True)


def by_id(row: Row) -> Any:
    return row["id"]


@dataclass(frozen=True)
class Scene:
    moment: Moment
    viewer: Viewer
    rights: Rights
    # The customers of the answer, in the order they were found.
    found: dict[UUID, Subject] = field(default_factory=dict)
    _subjects: dict[UUID, Subject] = field(default_factory=dict)

    def subject(self, row: Row) -> Subject:
        found = self._subjects.get(row["id"])
        if found is None:
            events = self.moment.of("core.privacy_event", row["id"])
            found = Subject(row, ledger.flags(events, row["birth_date"], self.moment.now))
            self._subjects[row["id"]] = found
        return found

    def finds(self, subject: Subject) -> None:
        self.found[subject.id] = subject

    def reaches(self, row: Row) -> bool:
        """Whether the customer exists for the viewer at all."""
        scope = self.viewer.row_scope
        match scope.reach:
            case Reach.ALL:
                return True
            case Reach.SELF:
                return str(row["id"]) == scope.by
            case Reach.TERRITORY:
                return bool(row["territory"] == scope.by)
        links = self.moment.of("core.partner_link", row["id"])
        return any(link["contract"] == scope.by for link in links)

    def visible_customer(self, id_: UUID | None) -> UUID | None:
        """Another customer's id, if that customer exists for the viewer."""
        row = self.moment.customer(id_) if id_ is not None else None
        if row is None or not self.reaches(row):
            return None
        right = self.rights.of("Query.customer", "item")
        return id_ if right.allows(self.subject(row).flags) else None

    def rows(self, table: str, thing: Thing) -> list[Row]:
        """The subject's rows of one table."""
        assert thing.subject is not None
        return self.moment.of(table, thing.subject.id)

    def things(
        self, type_: str, rows: Iterable[Row], of: Thing, keys: Sequence[Key] = (), tie: Callable[[Row], Any] = by_id
    ) -> list[Thing]:
        """Rows as things, in their list's own order, as far as the viewer may order by it."""
        return [Thing(type_, row, of.subject) for row in self.in_order(type_, rows, of.subject, keys, tie)]

    def in_order(
        self, type_: str, rows: Iterable[Row], subject: Subject | None, keys: Sequence[Key], tie: Callable[[Row], Any]
    ) -> list[Row]:
        usable = [key for key in keys if self.rights.of(f"{type_}.{key.field}", "order").is_allowed]
        found = sorted(rows, key=tie, reverse=bool(usable) and usable[-1].is_descending)
        for key in reversed(usable):
            found = _sorted(found, self._value(type_, key, subject), key.is_descending)
        return found

    def _value(self, type_: str, key: Key, subject: Subject | None) -> Callable[[Row], Any]:
        """What an order compares: nothing where the viewer may not order by this customer's value."""
        decision = self.rights.of(f"{type_}.{key.field}", "order")

        def value(row: Row) -> Any:
            whose = subject or self.subject(row)
            return key.value(row) if decision.allows(whose.flags) else None

        return value


def _sorted(rows: list[Row], value: Callable[[Row], Any], is_descending: bool) -> list[Row]:
    """Stable; nulls come last whichever way it goes."""
    known = [row for row in rows if value(row) is not None]
    unknown = [row for row in rows if value(row) is None]
    return sorted(known, key=value, reverse=is_descending) + unknown


def section(type_: str, thing: Thing) -> Thing:
    """A part of the same row under a type of its own."""
    return Thing(type_, thing.row, thing.subject)


def money(amount: Any, currency: Any) -> Mapping[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": currency}
