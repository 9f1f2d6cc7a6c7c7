"""How core's types are expressed over core's tables."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, case, extract, func, select

from auth.departments import CORE, DEPARTMENTS
from auth.policy.flags import Flag
from datasources.core import tables
from datasources.core.codes import ContactPointKind, PartyKind, PrivacyState
from datasources.core.lookups import LOOKUPS
from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.shapes import (
    DepartmentLink,
    Inside,
    Key,
    Many,
    OtherCustomer,
    Renamed,
    Shape,
    Value,
    of_subject,
    subject_id,
)
from datasources.sql_text import literal, number

CONSENT_STATES = [state for state in PrivacyState if state.startswith("CONSENT_")]
OBJECTION_STATES = [PrivacyState.OBJECTED, PrivacyState.OBJECTION_LIFTED]


def _newest_channel(row: Row) -> Column:
    """The channel of the customer's newest preference, from any department."""
    said = tables.channel_preference.alias()
    newest = select(said.c.channel).where(said.c.customer_id == row.subject.id)
    newest = newest.order_by(said.c.set_at.desc(), said.c.rank, said.c.id).limit(number(1))
    return newest.correlate_except(said).scalar_subquery()


def _current(states: Sequence[PrivacyState]) -> Subquery:
    """Select the events that count today and have one of these states, at most one of a customer and topic."""
    event = tables.current_privacy_event
    return select(*event.c).where(event.c.state.in_([literal(state) for state in states])).subquery()


def _consent_status(row: Row) -> Column:
    given = row["state"] == literal(PrivacyState.CONSENT_GIVEN)
    expired = given & (row["expires_at"] <= row.subject.as_of)
    return case((expired, literal("CONSENT_EXPIRED")), else_=row["state"])


def _same_topic(row: Row, other: Row) -> ColumnElement[bool]:
    about_consent = other["state"].in_([literal(state) for state in CONSENT_STATES])
    return of_subject(row, other) & (other["topic"] == row["topic"]) & about_consent


def _contact_points(type_: str, kind: ContactPointKind) -> Many:
    return Many(type_, lambda row, other: of_subject(row, other) & (other["kind"] == literal(kind)))


def _is_set(bit: Flag) -> Value:
    def expression(row: Row) -> Column:
        return row.subject.flags.bitwise_and(number(bit)) != number(0)

    return Value(Kind.BOOLEAN, expression, nullable=False)


def _birth_year(row: Row) -> Column:
    """NULL for an infinite date, because an infinite number is not JSON."""
    return case((func.isfinite(row["birth_date"]), extract("year", row["birth_date"])))


CUSTOMER = Shape(
    "Customer",
    "core",
    tables.customer,
    {
        "id": Value(Kind.WORD, lambda row: row["id"], nullable=False),
        "preferredChannel": Value(Kind.WORD, _newest_channel),
        "party": Inside("Party"),
        "emailAddresses": _contact_points("EmailContactPoint", ContactPointKind.EMAIL),
        "phoneNumbers": _contact_points("PhoneContactPoint", ContactPointKind.PHONE),
        "postalAddresses": _contact_points("PostalContactPoint", ContactPointKind.POSTAL),
        "identifiers": Many("Identifier"),
        "channelPreferences": Many("ChannelPreference"),
        "privacy": Inside("Privacy"),
        **{name: DepartmentLink(name.capitalize(), name) for name in DEPARTMENTS if name != CORE},
    },
    lookups=LOOKUPS,
)

_PRIMARY_FIRST = (Key("isPrimary"),)

SHAPES = (
    CUSTOMER,
    Shape(
        "Party",
        "core",
        tables.customer,
        discriminator=lambda row: row["kind"],
        variants={PartyKind.INDIVIDUAL: "Individual", PartyKind.ORGANIZATION: "Organization"},
    ),
    Shape(
        "Individual",
        "core",
        tables.customer,
        {"birthYear": Value(Kind.NUMBER, _birth_year)},
    ),
    Shape(
        "Organization",
        "core",
        tables.customer,
        {"contacts": Many("ContactPerson"), "parentId": OtherCustomer("parent_id")},
    ),
    Shape("ContactPerson", "core", tables.contact_person, order=(Key("name", descending=False),)),
    Shape(
        "EmailContactPoint",
        "core",
        tables.contact_point,
        {
            "address": Renamed("value"),
            "domain": Value(Kind.TEXT, lambda row: func.split_part(row["value"], literal("@"), number(-1))),
        },
        order=_PRIMARY_FIRST,
    ),
    Shape("PhoneContactPoint", "core", tables.contact_point, {"number": Renamed("value")}, order=_PRIMARY_FIRST),
    Shape("PostalContactPoint", "core", tables.contact_point, order=_PRIMARY_FIRST),
    Shape(
        "Identifier", "core", tables.identifier, order=(Key("system", descending=False), Key("type", descending=False))
    ),
    Shape("ChannelPreference", "core", tables.channel_preference, order=(Key("setAt"), Key("rank", descending=False))),
    Shape(
        "Privacy",
        "core",
        tables.customer,
        {
            "id": subject_id(),
            "isRestricted": _is_set(Flag.RESTRICTED),
            "isMinor": _is_set(Flag.MINOR),
            "consents": Many("Consent"),
            "objections": Many("Objection"),
        },
    ),
    Shape(
        "Consent",
        "core",
        _current(CONSENT_STATES),
        {
            "status": Value(Kind.WORD, _consent_status),
            "statedAt": Renamed("occurred_at"),
            "history": Many("ConsentEvent", _same_topic),
        },
        order=(Key("topic", descending=False),),
    ),
    Shape(
        "ConsentEvent",
        "core",
        tables.privacy_event,
        {"statedAt": Renamed("occurred_at")},
        order=(Key("statedAt"),),
        identity="sequence",
    ),
    Shape(
        "Objection",
        "core",
        _current(OBJECTION_STATES),
        {
            "isActive": Value(Kind.BOOLEAN, lambda row: row["state"] == literal(PrivacyState.OBJECTED)),
            "statedAt": Renamed("occurred_at"),
        },
        order=(Key("topic", descending=False),),
    ),
)
