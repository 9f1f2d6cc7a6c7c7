"""What sample data lacks: rows past their retention, equal sort keys, missing values, restrictions, partners.

Each department's statements touch its own tables only and choose rows by their numbers, so that the same rows stand
in one database and in five.
"""

from collections.abc import Mapping

import asyncpg

_NUMBER = "substring(number FROM '[0-9]+')::int"

# Text that would be a hole, a mark or a separator if it were not escaped.
_CONTROLS = r"""E'\x1d0.1\x1d\x1c"cursor"\x1e'"""

_SAID = """
INSERT INTO core.privacy_event
    (id, customer_id, topic, state, occurred_at, recorded_at, expires_at, legal_basis, recorded_via, text_version)

SELECT md5('{topic}{state}' || id)::uuid, id, '{topic}', '{state}', '2026-11-01 09:00:00.12+00', '2026-11-01 09:00+00',
    {expires}, {basis}, 'CORE', NULL
FROM core.customer WHERE {number} % {every} = {which} ORDER BY id
"""


def _some(statement: str, every: int, which: int) -> str:
    """Done to every so-manieth customer, by their number."""
    return f"{statement} WHERE {_NUMBER} % {every} = {which}"


def _said(topic: str, state: str, every: int, which: int, expires: str | None = None) -> str:
    return _SAID.format(
        topic=topic,
        state=state,
        every=every,
        which=which,
        number=_NUMBER,
        expires=f"'{expires}'::timestamptz" if expires else "NULL",
        basis="'CONSENT'" if state.startswith("CONSENT") else "NULL",
    )


STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "core": (
        _some("INSERT INTO core.partner_link SELECT 'north', id FROM core.customer", 3, 0),
        _some("INSERT INTO core.partner_link SELECT 'south', id FROM core.customer", 4, 0),
        _said("PARTNER_SHARING", "CONSENT_GIVEN", 2, 0),
        _said("PROFILING", "CONSENT_GIVEN", 3, 1),
        _said("PROFILING", "CONSENT_GIVEN", 9, 2, expires="2026-11-02 00:00+00"),
        _said("DIRECT_MARKETING", "CONSENT_WITHDRAWN", 11, 3),
        _said("DIRECT_MARKETING", "OBJECTED", 13, 4),
        _said("LEGITIMATE_INTEREST", "OBJECTED", 8, 5),
        _said("PROCESSING", "RESTRICTED", 9, 6),
        _said("PROCESSING", "RESTRICTION_LIFTED", 27, 6),
        _said("ERASURE", "HELD", 17, 7),
        _some("UPDATE core.customer SET since = NULL, language = NULL", 12, 1),
        _some("UPDATE core.customer SET since = '2024-05-05'", 6, 2),
        _some("UPDATE core.customer SET display_name = 'Åsa Öberg', country = NULL", 15, 3),
        _some("UPDATE core.customer SET display_name = 'åsa 100%_\\ö'", 31, 4),
        _some(f"UPDATE core.customer SET display_name = {_CONTROLS}", 31, 9),  # noqa: S608
        _some("UPDATE core.customer SET birth_date = CASE kind WHEN 'INDIVIDUAL' THEN date '2012-02-29' END", 10, 5),
        _some("UPDATE core.customer SET status = 'ERASED'", 29, 8),
        "UPDATE core.channel_preference SET set_at = '2026-03-03 03:03:03.456+00'",
        "UPDATE core.contact_point SET is_primary = true WHERE value LIKE '%7'",
        "UPDATE core.contact_point SET value = value || 'x' WHERE kind = 'EMAIL' AND value LIKE '%9@%'",
        "UPDATE core.identifier SET system = 'till' WHERE value LIKE '%5'",
    ),
    "finance": (
        "UPDATE finance.invoice SET retain_until = '2025-12-31' WHERE number LIKE '%3'",
        "UPDATE finance.invoice SET issued_on = '2026-01-15' WHERE number LIKE '%5' OR number LIKE '%6'",
        "UPDATE finance.invoice SET open_amount = total, due_on = issued_on WHERE number LIKE '%7'",
        "UPDATE finance.invoice SET due_on = '2026-10-20', open_amount = 7 WHERE number LIKE '%8'",
        "UPDATE finance.invoice SET open_amount = 7.5 WHERE number LIKE '%8' AND currency <> 'JPY'",
        "UPDATE finance.payment SET retain_until = '2020-01-01' WHERE amount::text LIKE '%4'",
        "UPDATE finance.payment SET received_on = '2026-02-02' WHERE amount::text LIKE '%5'",
        "UPDATE finance.credit_note SET retain_until = '2020-01-01' WHERE number LIKE '%2'",
        "UPDATE finance.credit SET limit_amount = NULL WHERE net_days = 30",
        "UPDATE finance.credit SET rating_agency = NULL, rating_score = NULL WHERE exposure::text LIKE '%1'",
        "UPDATE finance.credit SET rating_grade = NULL, rating_valid_until = NULL WHERE rating_agency IS NULL",
        "UPDATE finance.account SET opened_on = '2020-02-02' WHERE balance::text LIKE '%0'",
        "UPDATE finance.dunning_notice SET sent_on = '2026-04-04' WHERE level = 1",
    ),
    "sales": (
        "UPDATE sales.sales_order SET retain_until = '2025-12-31' WHERE number LIKE '%3'",
        "UPDATE sales.sales_order SET placed_at = '2026-01-15 12:00:00.5+00' WHERE right(number, 1) IN ('5', '6')",
        "UPDATE sales.product SET list_price = NULL, currency = NULL WHERE sku LIKE '%1'",
        "UPDATE sales.recommendation SET score = 0.5",
        "UPDATE sales.owned_product SET last_bought_on = '2026-01-01' WHERE quantity > 2",
    ),
    "service": (
        "UPDATE service.ticket SET retain_until = '2025-12-31' WHERE number LIKE '%2'",
        "UPDATE service.ticket SET first_response_due_at = NULL WHERE priority = 'HIGH'",
        "UPDATE service.ticket SET first_responded_at = NULL WHERE priority = 'LOW'",
        "UPDATE service.ticket SET resolve_due_at = NULL, first_response_due_at = NULL WHERE priority = 'URGENT'",
        "UPDATE service.ticket SET status = 'HELD', closed_at = NULL WHERE kind = 'COMPLAINT'",
        "UPDATE service.message SET sent_at = '2026-05-05 05:05:05+00'",
        f"UPDATE service.ticket SET subject = {_CONTROLS} WHERE kind = 'QUESTION' AND number LIKE '%1'",  # noqa: S608
        "UPDATE service.call SET recording_reference = NULL WHERE duration_seconds % 2 = 0",
    ),
    "marketing": (
        "UPDATE marketing.touchpoint SET occurred_at = '2026-06-06 06:06+00' WHERE outcome = 'OPENED'",
        "UPDATE marketing.touchpoint SET retain_until = '2025-01-01' WHERE channel = 'SMS'",
        "UPDATE marketing.campaign SET ends_on = NULL WHERE channel = 'EMAIL'",
        "UPDATE marketing.segment_membership SET entered_on = '2026-07-07'",
        "UPDATE marketing.interest SET score = 0.25 WHERE score < 0.5",
        "UPDATE marketing.score SET lifetime_value = NULL, lifetime_model = NULL WHERE frequency = 1",
        "UPDATE marketing.score SET lifetime_horizon_days = NULL WHERE lifetime_value IS NULL",
        "UPDATE marketing.score SET monetary = NULL WHERE frequency = 2",
    ),
}


async def sprinkle(addresses: Mapping[str, str]) -> None:
    for department, statements in STATEMENTS.items():
        connection = await asyncpg.connect(addresses[department])
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
