"""Core's tables: customers, how to reach them, and the ledger of what they allow."""

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    column,
    event,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from auth.departments import Department
from datasources.columns import Word, code, country, metadata, moment, row_id
from datasources.core.codes import (
    Channel,
    ContactPointKind,
    CustomerStatus,
    LegalBasis,
    PartyKind,
    PrivacyState,
    PrivacyTopic,
)
from datasources.jobs.tables import add_job_tables
from datasources.recording.history import add_history_tables
from datasources.recording.tables import add_event_tables

METADATA = metadata("core")
add_event_tables(METADATA)
add_history_tables(METADATA)
add_job_tables(METADATA)

# Which statements make sense about which topic.
STATES_OF_TOPICS = (
    "state LIKE 'CONSENT%' AND topic IN"
    " ('DIRECT_MARKETING', 'PROFILING', 'PARTNER_SHARING', 'SPECIAL_CATEGORIES')"
    " OR state LIKE 'OBJECT%' AND topic IN ('DIRECT_MARKETING', 'PROFILING', 'LEGITIMATE_INTEREST')"
    " OR state LIKE 'RESTRICT%' AND topic = 'PROCESSING'"
    " OR state IN ('HELD', 'HOLD_LIFTED') AND topic = 'ERASURE'"
)


def _customer() -> Column[object]:
    return Column("customer_id", Uuid(), ForeignKey("core.customer.id", ondelete="CASCADE"), primary_key=True)


def _department(name: str) -> Column[str]:
    return Column(name, Word(Department), ForeignKey("core.department.name"), nullable=False)


# The names in auth/departments.py, which every upgrade of core adds here.
department = Table("department", METADATA, Column("name", Text(), primary_key=True))

customer = Table(
    "customer",
    METADATA,
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    code("status", CustomerStatus),
    code("kind", PartyKind),
    Column("since", Date()),
    Column("display_name", Text(), nullable=False),
    Column("given_name", Text()),
    Column("family_name", Text()),
    Column("birth_date", Date()),
    Column("language", Text()),
    country(),
    Column("legal_name", Text()),
    Column("registration_number", Text()),
    Column("vat_number", Text()),
    Column("parent_id", Uuid()),
    Column("territory", Text()),
    # Kept by the database's trigger from core.privacy_event; auth/policy/flags.py names the bits.
    Column("flags", Integer(), nullable=False, server_default=text("0")),
    moment("direct_marketing_until", nullable=True),
    moment("profiling_until", nullable=True),
    moment("partner_sharing_until", nullable=True),
    moment("special_categories_until", nullable=True),
    Column("minor_until", Date()),
    Index("ix_customer_display_name", "display_name", "id"),
    Index("ix_customer_since", "since", "id"),
    # Restricted customers show no name to be ordered by: they come last, by their ids.
    Index("ix_customer_restricted", "id", postgresql_where=text("(flags & 64) = 64")),
    Index("ix_customer_name_prefix", text("lower(upper(normalize(display_name) COLLATE pg_c_utf8)) text_pattern_ops")),
)

contact_point = Table(
    "contact_point",
    METADATA,
    _customer(),
    row_id(),
    code("kind", ContactPointKind),
    # An e-mail address (domain in lower case) or an E.164 number; null for a postal address.
    Column("value", Text()),
    # The digits of a phone number's extension.
    Column("extension", Text()),
    Column("street", Text()),
    Column("postcode", Text()),
    Column("city", Text()),
    Column("region", Text()),
    country(),
    Column("is_primary", Boolean(), nullable=False, server_default=text("false")),
    moment("verified_at", nullable=True),
    Column("valid_from", Date()),
    Column("valid_to", Date()),
    CheckConstraint("kind = 'POSTAL' OR value IS NOT NULL", name="value_present"),
    CheckConstraint("kind = 'PHONE' AND extension ~ '^[0-9]{1,20}$' OR extension IS NULL", name="extension_of_phone"),
    Index("ix_contact_point_value", "value", "kind"),
    Index(
        "ix_contact_point_email",
        text("lower(upper(normalize(value) COLLATE pg_c_utf8))"),
        postgresql_where=text("kind = 'EMAIL'"),
    ),
)

identifier = Table(
    "identifier",
    METADATA,
    _customer(),
    row_id(),
    Column("system", Text(), nullable=False),
    Column("type", Text(), nullable=False),
    Column("value", Text(), nullable=False),
    moment("first_seen_at", nullable=True),
    Column("is_verified", Boolean(), nullable=False, server_default=text("false")),
    UniqueConstraint("system", "type", "value"),
)

contact_person = Table(
    "contact_person",
    METADATA,
    _customer(),
    row_id(),
    Column("name", Text(), nullable=False),
    Column("role", Text()),
    Column("email", Text()),
    Column("phone", Text()),
    Column("phone_extension", Text()),
    CheckConstraint(
        "phone IS NOT NULL AND phone_extension ~ '^[0-9]{1,20}$' OR phone_extension IS NULL", name="extension_of_phone"
    ),
)

channel_preference = Table(
    "channel_preference",
    METADATA,
    _customer(),
    row_id(),
    code("channel", Channel),
    Column("rank", SmallInteger(), nullable=False, server_default=text("1")),
    _department("set_via"),
    moment("set_at"),
    Column("note", Text()),
    Index("ix_channel_preference_newest", "customer_id", text("set_at DESC"), text("id DESC")),
)

# Which customers a partner's contract covers.
partner_link = Table(
    "partner_link",
    METADATA,
    Column("contract", Text(), primary_key=True),
    Column("customer_id", Uuid(), ForeignKey("core.customer.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_partner_link_customer_id", "customer_id"),
)

# What was disclosed by answers of one plan: the same list for all of them, kept once.
disclosure = Table(
    "disclosure",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    Column("coordinates", JSONB(), nullable=False),
)

# Who saw whose data, for what: written before the answer leaves. No values, and no foreign keys that could refuse it.
access_record = Table(
    "access_record",
    METADATA,
    Column("sequence", BigInteger(), Identity(always=True), primary_key=True),
    moment("at", server_default=text("now()")),
    Column("request_id", Text(), nullable=False),
    Column("viewer", Text(), nullable=False),
    Column("viewer_class", Text(), nullable=False),
    Column("client", Text()),
    Column("purpose", Text(), nullable=False),
    Column("policy_version", Text(), nullable=False),
    # The class of the viewer who asked, where they tried out what viewer_class would see.
    Column("dry_run_by", Text()),
    Column("subjects", ARRAY(Uuid()), nullable=False),
    Column("disclosure", LargeBinary(), nullable=False),
    # The privacy flags of each subject at that moment, in the order of subjects; null in records of older versions.
    Column("flags", ARRAY(Integer())),
    CheckConstraint("cardinality(flags) = cardinality(subjects)", name="flags_of_subjects"),
    # Entries are added in the background; an answer waits for them only if the background job does not run.
    Index(
        "ix_access_record_subjects",
        "subjects",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": "65536"},
    ),
    Index("ix_access_record_at", "at"),
)

# How much each client may still spend. Unlogged: after a crash every bucket is full. A key is a hash.
rate_bucket = Table(
    "rate_bucket",
    METADATA,
    Column("key", LargeBinary(), primary_key=True),
    Column("points", Double(), nullable=False),
    Column("is_enough", Boolean(), nullable=False),
    moment("as_of"),
    prefixes=["UNLOGGED"],
)

# Append-only: what a customer said is corrected by a new line, never by changing an old one.
privacy_event = Table(
    "privacy_event",
    METADATA,
    Column("sequence", BigInteger(), Identity(always=True), primary_key=True),
    Column("id", Uuid(), nullable=False, unique=True, server_default=text("gen_random_uuid()")),
    Column("customer_id", Uuid(), ForeignKey("core.customer.id", ondelete="CASCADE"), nullable=False),
    code("topic", PrivacyTopic),
    code("state", PrivacyState),
    moment("occurred_at"),
    moment("recorded_at", server_default=text("statement_timestamp()")),
    moment("expires_at", nullable=True),
    code("legal_basis", LegalBasis, nullable=True),
    _department("recorded_via"),
    Column("text_version", Text()),
    Column("actor", Text()),
    CheckConstraint(STATES_OF_TOPICS, name="state_of_topic"),
    CheckConstraint("isfinite(occurred_at) AND isfinite(expires_at)", name="moments_finite"),
    CheckConstraint("isfinite(recorded_at)", name="recorded_finite"),
    CheckConstraint("expires_at >= occurred_at", name="ends_after_it_begins"),
    Index("ix_privacy_event_newest", "customer_id", "topic", text("occurred_at DESC"), text("sequence DESC")),
)

# A view of the events that count: one for each customer, topic and track (consents; all else). Its rule is in the
# migration core_0015.
current_privacy_event = privacy_event.to_metadata(MetaData(), schema="core", name="current_privacy_event")

# All of a customer that a department's own login may read: whether they are there, within whose reach, and the flags.
_PRIVACY = (
    "id",
    "status",
    "territory",
    "flags",
    "direct_marketing_until",
    "profiling_until",
    "partner_sharing_until",
    "special_categories_until",
    "minor_until",
)
customer_privacy = table("customer_privacy", *(column(name, customer.c[name].type) for name in _PRIVACY), schema="core")
_MADE_OF = f"CREATE VIEW core.customer_privacy AS SELECT {', '.join(_PRIVACY)} FROM core.customer"  # noqa: S608
event.listen(METADATA, "after_create", DDL(_MADE_OF))  # type: ignore[no-untyped-call]
