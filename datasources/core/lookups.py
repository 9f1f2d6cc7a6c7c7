"""Ways to find a customer by what stands beside them: a phone number, an e-mail address, another system's id."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import ColumnElement, Date, FromClause, Text, any_, cast, exists, select
from sqlalchemy.dialects.postgresql import array

from datasources.core import tables
from datasources.core.codes import ContactPointKind
from datasources.core.emails import email_spellings
from datasources.core.phones import EXTENSION, phone_forms
from datasources.plan import Parameter, Variables
from datasources.rows import Row
from datasources.shapes import Bind, Lookup
from datasources.sql_text import fold, literal

# A number in its current and in its old form; an address as it is given, with its domain in ASCII and in Unicode. Each
# is a parameter of its own, because a statement with a list among its parameters cannot be shared by requests.
MAX_FORMS, MAX_SPELLINGS = 2, 3


def _current(row: Row, point: FromClause, kind: ContactPointKind) -> ColumnElement[bool]:
    """The contact point is of this kind and valid today."""
    today = cast(row.subject.as_of, Date())
    return (
        (point.c.kind == literal(kind))
        & (point.c.valid_to.is_(None) | (point.c.valid_to > today))
        & (point.c.valid_from.is_(None) | (point.c.valid_from <= today))
    )


def _by_phone(row: Row, bind: Bind, value: Parameter) -> ColumnElement[bool]:
    """The customer has this phone number today, in any of the forms that the number may be stored in.

    A number with an extension finds that extension only, and one without finds numbers without, because the people
    behind one switchboard are not one person.
    """
    point = tables.contact_point.alias()
    forms = [bind(Parameter(partial(_phone_form, value, place)), Text()) for place in range(MAX_FORMS)]
    extension = bind(Parameter(lambda variables: _phone_extension(value.read(variables))), Text())
    tests = (
        point.c.value == any_(array(forms)),
        point.c.extension.is_not_distinct_from(extension),
        _current(row, point, ContactPointKind.PHONE),
    )
    return row["id"].in_(select(point.c.customer_id).where(*tests).correlate_except(point))


def _phone_form(value: Parameter, place: int, variables: Variables) -> str:
    forms = phone_forms(value.read(variables).partition(EXTENSION)[0])
    return forms[min(place, len(forms) - 1)]


def _phone_extension(value: str) -> str | None:
    return value.partition(EXTENSION)[2] or None


def _by_email(row: Row, bind: Bind, value: Parameter) -> ColumnElement[bool]:
    """The customer has this e-mail address today, in any case, normal form and spelling of the domain."""
    point = tables.contact_point.alias()
    spellings = [bind(Parameter(partial(_email_spelling, value, place)), Text()) for place in range(MAX_SPELLINGS)]
    tests = (
        fold(point.c.value) == any_(array([fold(each) for each in spellings])),
        _current(row, point, ContactPointKind.EMAIL),
    )
    return row["id"].in_(select(point.c.customer_id).where(*tests).correlate_except(point))


def _email_spelling(value: Parameter, place: int, variables: Variables) -> str:
    spellings = email_spellings(value.read(variables))
    return spellings[min(place, len(spellings) - 1)]


def _by_identifier(row: Row, bind: Bind, value: Parameter) -> ColumnElement[bool]:
    """Another system knows the customer by this value, written `system:type:value`; the value may contain colons."""
    known = tables.identifier.alias()
    parts = [bind(Parameter(partial(_identifier_part, value, place)), Text()) for place in range(3)]
    columns = (known.c.system, known.c.type, known.c.value)
    tests = [column == part for column, part in zip(columns, parts, strict=True)]
    return exists(select(known.c.id).where(known.c.customer_id == row["id"], *tests).correlate_except(known))


def _identifier_part(value: Parameter, place: int, variables: Variables) -> str | None:
    """A part of the identifier; None, which equals nothing, for a text of fewer than three parts."""
    parts = value.read(variables).split(":", 2)
    return parts[place] if len(parts) == 3 else None


LOOKUPS: Mapping[str, Lookup] = {
    "phone": _by_phone,
    "email": _by_email,
    "identifier": _by_identifier,
}
