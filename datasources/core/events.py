"""What core's tables tell: changes of master data, contact points, preferences, and what the customer allows."""

from auth.policy.categories import Category
from datasources.core import tables
from datasources.recording.kinds import Entry, EventKind, TableEvents

_LEDGER = "the ledger's own row tells it"
_OF_LEDGER = ("topic", "state", "occurred_at", "expires_at", "legal_basis", "recorded_via", "text_version")


def _statement(name: str, states: str) -> EventKind:
    """A line of the privacy ledger, by the states that it may have."""
    return EventKind(name, Category.PRIVACY, _OF_LEDGER, where=f"{{row}}.state {states}", entry=Entry("occurred_at"))


def _contact_point(name: str, category: Category, *columns: str, kind: str, reduced: str | None = None) -> EventKind:
    return EventKind(name, category, columns, where=f"{{row}}.kind = '{kind}'", reduced=reduced)


EVENTS = (
    TableEvents(
        tables.customer,
        (
            EventKind("CUSTOMER", Category.UNIQUE_ID, ("number",)),
            EventKind("NAME", Category.NAME, ("display_name", "given_name", "family_name")),
            EventKind("LIFECYCLE", Category.LIFECYCLE, ("status", "kind", "since")),
            EventKind("BIRTH_DATE", Category.BIRTH_DATE, ("birth_date",)),
            EventKind(
                "BIRTH_YEAR", Category.BIRTH_YEAR, ("birth_date",), reduced="extract(year FROM {row}.birth_date)"
            ),
            EventKind("LANGUAGE", Category.LANGUAGE, ("language",)),
            EventKind("COUNTRY", Category.REGION, ("country",)),
            EventKind(
                "ORGANIZATION",
                Category.ORGANIZATION,
                ("legal_name", "registration_number", "vat_number", "parent_id"),
            ),
        ),
        owner="id",
        silent={
            "territory": "within whose reach the customer is, which each request reads",
            "minor_until": "follows from the day of birth",
            "flags": _LEDGER,
            "direct_marketing_until": _LEDGER,
            "profiling_until": _LEDGER,
            "partner_sharing_until": _LEDGER,
            "special_categories_until": _LEDGER,
        },
    ),
    TableEvents(
        tables.contact_point,
        (
            EventKind(
                "CONTACT_POINT",
                Category.PREFERENCE,
                ("is_primary", "verified_at", "valid_from", "valid_to"),
                is_existence=True,
            ),
            _contact_point("EMAIL", Category.EMAIL, "value", kind="EMAIL"),
            _contact_point(
                "EMAIL_DOMAIN",
                Category.EMAIL_DOMAIN,
                "value",
                kind="EMAIL",
                reduced="split_part({row}.value, '@', 2)",
            ),
            _contact_point("PHONE", Category.PHONE, "value", "extension", kind="PHONE"),
            _contact_point("ADDRESS", Category.ADDRESS, "street", "postcode", kind="POSTAL"),
            _contact_point("REGION", Category.REGION, "city", "region", "country", kind="POSTAL"),
        ),
        silent={"kind": "a contact point of another kind is GONE as the one and ADDED as the other"},
    ),
    TableEvents(
        tables.identifier,
        (EventKind("IDENTIFIER", Category.IDENTIFIER, ("system", "type", "value", "first_seen_at", "is_verified")),),
    ),
    TableEvents(
        tables.contact_person,
        (
            EventKind("CONTACT_PERSON", Category.ORGANIZATION, ("role",), is_existence=True),
            EventKind("CONTACT_PERSON_NAME", Category.NAME, ("name",)),
            EventKind("CONTACT_PERSON_EMAIL", Category.EMAIL, ("email",)),
            EventKind("CONTACT_PERSON_PHONE", Category.PHONE, ("phone", "phone_extension")),
        ),
    ),
    TableEvents(
        tables.channel_preference,
        (
            EventKind(
                "CHANNEL_PREFERENCE",
                Category.PREFERENCE,
                ("channel", "rank", "set_via", "set_at", "note"),
                entry=Entry("set_at", channel="channel"),
            ),
        ),
    ),
    TableEvents(
        tables.privacy_event,
        (
            _statement("CONSENT", "LIKE 'CONSENT%'"),
            _statement("OBJECTION", "LIKE 'OBJECT%'"),
            _statement("RESTRICTION", "LIKE 'RESTRICT%'"),
            _statement("LEGAL_HOLD", "IN ('HELD', 'HOLD_LIFTED')"),
        ),
        silent={"actor": "who did it lies apart", "recorded_at": "an event has its own", "sequence": "the row's place"},
    ),
)

# Tables that tell nothing of a customer, and why.
SILENT_TABLES = {
    "partner_link": "which customers a contract reaches, which each request reads",
    "access_record": "who looked at a customer, which did not happen to them",
    "disclosure": "part of the access log",
    "rate_bucket": "about clients",
    "department": "about no customer",
    "change": "made from events",
    "change_author": "made from events",
    "activity": "made from events",
    "job": "work to be done",
    "job_schedule": "work to be done",
}
