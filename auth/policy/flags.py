"""The privacy flags: one integer on each customer's row, kept true to the ledger by the database."""

from enum import IntFlag


class Flag(IntFlag):
    """Consents, objections and restrictions of a customer, as bits. The trigger in migrations/core sets the same bits.

    A consent bit counts until its expiry (`direct_marketing_until` and so on), MINOR until `minor_until`.
    """

    CONSENTS_DIRECT_MARKETING = 1
    CONSENTS_PROFILING = 2
    CONSENTS_PARTNER_SHARING = 4
    CONSENTS_SPECIAL_CATEGORIES = 8
    OBJECTS_DIRECT_MARKETING = 16
    OBJECTS_LEGITIMATE_INTEREST = 32
    RESTRICTED = 64
    HELD = 128
    MINOR = 256


# The bits that expire.
EXPIRING = int(
    Flag.CONSENTS_DIRECT_MARKETING
    | Flag.CONSENTS_PROFILING
    | Flag.CONSENTS_PARTNER_SHARING
    | Flag.CONSENTS_SPECIAL_CATEGORIES
    | Flag.MINOR
)
