"""Ways to find a customer by what stands beside them: a phone number, an e-mail address, another system's id."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Date, Text, cast, exists, func, select

from datasources.core import tables
from datasources.core.codes import ContactPointKind
from datasources.plan import Parameter
from datasources.rows import Row
from datasources.shapes import Bind, Lookup
from datasources.sql_text import literal


def _reached_at(kind: ContactPointKind) -> Lookup:
    def test(row: Row, bind: Bind, value: Parameter) -> ColumnElement[bool]:
        """The customer has this contact point today."""
        point = tables.contact_point.alias()
        today = cast(row.subject.as_of, Date())
        current = (point.c.valid_to.is_(None) | (point.c.valid_to > today)) & (
            point.c.valid_from.is_(None) | (point.c.valid_from <= today)
        )
        of_kind = (point.c.kind == literal(kind)) & (point.c.value == bind(value, Text()))
        found = select(point.c.customer_id).where(of_kind, current).correlate_except(point)
        return row["id"].in_(found)

    return test


def _known_as(row: Row, bind: Bind, value: Parameter) -> ColumnElement[bool]:
    """Another system knows the customer by this value, written `system:type:value`."""
    known = tables.identifier.alias()
    system, type_, rest = (func.split_part(bind(value, Text()), literal(":"), n) for n in (1, 2, 3))
    return exists(
        select(known.c.id)
        .where(known.c.customer_id == row["id"])
        .where(known.c.system == system, known.c.type == type_, known.c.value == rest)
        .correlate_except(known)
    )


LOOKUPS: Mapping[str, Lookup] = {
    "phone": _reached_at(ContactPointKind.PHONE),
    "email": _reached_at(ContactPointKind.EMAIL),
    "identifier": _known_as,
}
