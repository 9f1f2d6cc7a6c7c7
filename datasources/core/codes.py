"""The closed lists of core, spelled as GraphQL spells them."""

from enum import StrEnum


class CustomerStatus(StrEnum):
    PROSPECT = "PROSPECT"
    ACTIVE = "ACTIVE"
    DORMANT = "DORMANT"
    CHURNED = "CHURNED"
    ERASED = "ERASED"


class PartyKind(StrEnum):
    INDIVIDUAL = "INDIVIDUAL"
    ORGANIZATION = "ORGANIZATION"


class ContactPointKind(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    POSTAL = "POSTAL"


class Channel(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    SMS = "SMS"
    POST = "POST"
    CHAT = "CHAT"
    IN_PERSON = "IN_PERSON"
    WEB = "WEB"
    SOCIAL = "SOCIAL"


class PrivacyTopic(StrEnum):
    """What a statement in the privacy ledger is about."""

    DIRECT_MARKETING = "DIRECT_MARKETING"
    PROFILING = "PROFILING"
    PARTNER_SHARING = "PARTNER_SHARING"
    SPECIAL_CATEGORIES = "SPECIAL_CATEGORIES"
    LEGITIMATE_INTEREST = "LEGITIMATE_INTEREST"
    PROCESSING = "PROCESSING"
    ERASURE = "ERASURE"


class PrivacyState(StrEnum):
    """What the statement says. Consent words follow the Data Privacy Vocabulary's consent states."""

    CONSENT_REQUESTED = "CONSENT_REQUESTED"
    CONSENT_GIVEN = "CONSENT_GIVEN"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_REVOKED = "CONSENT_REVOKED"
    OBJECTED = "OBJECTED"
    OBJECTION_LIFTED = "OBJECTION_LIFTED"
    RESTRICTED = "RESTRICTED"
    RESTRICTION_LIFTED = "RESTRICTION_LIFTED"
    HELD = "HELD"
    HOLD_LIFTED = "HOLD_LIFTED"


class LegalBasis(StrEnum):
    """GDPR Article 6(1), points (a) to (f)."""

    CONSENT = "CONSENT"
    CONTRACT = "CONTRACT"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    VITAL_INTEREST = "VITAL_INTEREST"
    PUBLIC_TASK = "PUBLIC_TASK"
    LEGITIMATE_INTEREST = "LEGITIMATE_INTEREST"


class ConsentStatus(StrEnum):
    """Whether a consent counts today: only CONSENT_GIVEN permits processing."""

    CONSENT_REQUESTED = "CONSENT_REQUESTED"
    CONSENT_GIVEN = "CONSENT_GIVEN"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_REVOKED = "CONSENT_REVOKED"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
