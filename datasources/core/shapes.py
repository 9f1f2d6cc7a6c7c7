"""How core's types are expressed over core's tables."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, case, extract, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from auth.policy.flags import Flag
from datasources.core import tables
from datasources.core.codes import ContactPointKind, PartyKind, PrivacyState
from datasources.core.lookups import LOOKUPS
from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.shapes import (
    Department,
    Inside,
    Key,
    Many,
    Shape,
    Value,
    count,
    date,
    flag,
    moment,
    of_subject,
    text,
    word,
)
from datasources.sql_text import literal, number

CONSENT_STATES = [state for state in PrivacyState if state.startswith("CONSENT_")]
OBJECTION_STATES = [PrivacyState.OBJECTED, PrivacyState.OBJECTION_LIFTED]


def _newest_channel(row: Row) -> Column:
    """The channel that the customer named last, whichever department they told."""
    said = tables.channel_preference.alias()
    newest = select(said.c.channel).where(said.c.customer_id == row.subject.id)
    newest = newest.order_by(said.c.set_at.desc(), said.c.rank, said.c.id).limit(number(1))
    return newest.correlate_except(said).scalar_subquery()


def _latest(states: Sequence[PrivacyState]) -> Subquery:
    """Of each customer and topic, the last statement among these states: what counts today."""
    event = tables.privacy_event
    latest = select(*event.c).ext(distinct_on(event.c.customer_id, event.c.topic))
    latest = latest.where(event.c.state.in_([literal(state) for state in states]))
    return latest.order_by(
        event.c.customer_id, event.c.topic, event.c.occurred_at.desc(), event.c.sequence.desc()
    ).subquery()


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


CUSTOMER = Shape(
    "Customer",
    "core",
    tables.customer,
    {
        "id": Value(Kind.WORD, lambda row: row["id"], nullable=False),
        "number": text("number"),
        "displayName": text("display_name"),
        "status": word("status"),
        "kind": word("kind"),
        "since": date("since"),
        "language": text("language"),
        "country": word("country"),
        "preferredChannel": Value(Kind.WORD, _newest_channel),
        "party": Inside("Party"),
        "emailAddresses": _contact_points("EmailContactPoint", ContactPointKind.EMAIL),
        "phoneNumbers": _contact_points("PhoneContactPoint", ContactPointKind.PHONE),
        "postalAddresses": _contact_points("PostalContactPoint", ContactPointKind.POSTAL),
        "identifiers": Many("Identifier", of_subject),
        "channelPreferences": Many("ChannelPreference", of_subject),
        "privacy": Inside("Privacy"),
        "finance": Department("Finance", "finance"),
        "sales": Department("Sales", "sales"),
        "service": Department("Service", "service"),
        "marketing": Department("Marketing", "marketing"),
    },
    lookups=LOOKUPS,
)

PARTY = Shape(
    "Party",
    "core",
    tables.customer,
    {"displayName": text("display_name")},
    discriminator=lambda row: row["kind"],
    variants={PartyKind.INDIVIDUAL: "Individual", PartyKind.ORGANIZATION: "Organization"},
)

INDIVIDUAL = Shape(
    "Individual",
    "core",
    tables.customer,
    {
        "displayName": text("display_name"),
        "givenName": text("given_name"),
        "familyName": text("family_name"),
        "birthDate": date("birth_date"),
        "birthYear": Value(Kind.NUMBER, lambda row: extract("year", row["birth_date"])),
    },
)

ORGANIZATION = Shape(
    "Organization",
    "core",
    tables.customer,
    {
        "displayName": text("display_name"),
        "legalName": text("legal_name"),
        "registrationNumber": text("registration_number"),
        "vatNumber": text("vat_number"),
        "parentId": word("parent_id"),
        "contacts": Many("ContactPerson", of_subject),
    },
)

CONTACT_PERSON = Shape(
    "ContactPerson",
    "core",
    tables.contact_person,
    {"name": text("name"), "role": text("role"), "email": text("email"), "phone": text("phone")},
    order=(Key("name", descending=False),),
)

_CONTACT_POINT = {
    "isPrimary": flag("is_primary"),
    "verifiedAt": moment("verified_at"),
    "validFrom": date("valid_from"),
    "validTo": date("valid_to"),
}
_PRIMARY_FIRST = (Key("isPrimary"),)

EMAIL_CONTACT_POINT = Shape(
    "EmailContactPoint",
    "core",
    tables.contact_point,
    {
        **_CONTACT_POINT,
        "address": text("value"),
        "domain": Value(Kind.TEXT, lambda row: func.split_part(row["value"], literal("@"), number(2))),
    },
    order=_PRIMARY_FIRST,
)

PHONE_CONTACT_POINT = Shape(
    "PhoneContactPoint",
    "core",
    tables.contact_point,
    {**_CONTACT_POINT, "number": text("value")},
    order=_PRIMARY_FIRST,
)

POSTAL_CONTACT_POINT = Shape(
    "PostalContactPoint",
    "core",
    tables.contact_point,
    {
        **_CONTACT_POINT,
        "street": text("street"),
        "postcode": text("postcode"),
        "city": text("city"),
        "region": text("region"),
        "country": word("country"),
    },
    order=_PRIMARY_FIRST,
)

IDENTIFIER = Shape(
    "Identifier",
    "core",
    tables.identifier,
    {
        "system": text("system"),
        "type": text("type"),
        "value": text("value"),
        "isVerified": flag("is_verified"),
        "firstSeenAt": moment("first_seen_at"),
    },
    order=(Key("system", descending=False), Key("type", descending=False)),
)

CHANNEL_PREFERENCE = Shape(
    "ChannelPreference",
    "core",
    tables.channel_preference,
    {
        "channel": word("channel"),
        "rank": count("rank"),
        "setVia": word("set_via"),
        "setAt": moment("set_at"),
        "note": text("note"),
    },
    order=(Key("setAt"), Key("rank", descending=False)),
)

PRIVACY = Shape(
    "Privacy",
    "core",
    tables.customer,
    {
        "isRestricted": _is_set(Flag.RESTRICTED),
        "isMinor": _is_set(Flag.MINOR),
        "consents": Many("Consent", of_subject),
        "objections": Many("Objection", of_subject),
    },
)

CONSENT = Shape(
    "Consent",
    "core",
    _latest(CONSENT_STATES),
    {
        "topic": word("topic"),
        "status": Value(Kind.WORD, _consent_status),
        "legalBasis": word("legal_basis"),
        "statedAt": moment("occurred_at"),
        "expiresAt": moment("expires_at"),
        "recordedVia": word("recorded_via"),
        "textVersion": text("text_version"),
        "history": Many("ConsentEvent", _same_topic),
    },
    order=(Key("topic", descending=False),),
)

CONSENT_EVENT = Shape(
    "ConsentEvent",
    "core",
    tables.privacy_event,
    {
        "state": word("state"),
        "statedAt": moment("occurred_at"),
        "recordedAt": moment("recorded_at"),
        "expiresAt": moment("expires_at"),
        "recordedVia": word("recorded_via"),
    },
    order=(Key("statedAt"),),
    identity="sequence",
)

OBJECTION = Shape(
    "Objection",
    "core",
    _latest(OBJECTION_STATES),
    {
        "topic": word("topic"),
        "isActive": Value(Kind.BOOLEAN, lambda row: row["state"] == literal(PrivacyState.OBJECTED)),
        "statedAt": moment("occurred_at"),
        "recordedVia": word("recorded_via"),
    },
    order=(Key("topic", descending=False),),
)

SHAPES = (
    CUSTOMER,
    PARTY,
    INDIVIDUAL,
    ORGANIZATION,
    CONTACT_PERSON,
    EMAIL_CONTACT_POINT,
    PHONE_CONTACT_POINT,
    POSTAL_CONTACT_POINT,
    IDENTIFIER,
    CHANNEL_PREFERENCE,
    PRIVACY,
    CONSENT,
    CONSENT_EVENT,
    OBJECTION,
)
