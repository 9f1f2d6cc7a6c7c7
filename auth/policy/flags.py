"""The privacy flags: one integer on each customer's row, kept true to the ledger by the database."""

from enum import IntFlag


class Flag(IntFlag):
    """What a customer allowed, refused or is owed, as bits. The trigger in migrations/core knows the same numbers.

    A consent bit counts only until its expiry (`direct_marketing_until` and so on), MINOR until `minor_until`.
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


# The bits that stop counting by themselves, when their time is over.
EXPIRING = int(
    Flag.CONSENTS_DIRECT_MARKETING
    | Flag.CONSENTS_PROFILING
    | Flag.CONSENTS_PARTNER_SHARING
    | Flag.CONSENTS_SPECIAL_CATEGORIES
    | Flag.MINOR
)
