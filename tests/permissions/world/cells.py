"""What each column tells: the categories of which a viewer must see one, or all of one group, to learn of it."""

from collections.abc import Mapping

from auth.policy.categories import Category

# Alternatives; within each, everything on the way to the value.
Ways = tuple[tuple[Category, ...], ...]


def ways(*alternatives: Category | tuple[Category, ...]) -> Ways:
    return tuple(each if isinstance(each, tuple) else (each,) for each in alternatives)


C = Category
_INVOICE, _PAYMENT, _ORDER, _TICKET = ways(C.INVOICE), ways(C.PAYMENT), ways(C.ORDER), ways(C.TICKET)
_OWED = ways(C.INVOICE, C.BALANCE)
_ORGANIZATION = ways((C.LIFECYCLE, C.ORGANIZATION))
_REGION, _PREFERENCE, _PRIVACY = ways(C.REGION), ways(C.PREFERENCE), ways(C.PRIVACY)
_LIMIT, _RATING = ways((C.CREDIT_TERMS, C.CREDIT_LIMIT)), ways((C.CREDIT_TERMS, C.CREDIT_SCORE))

# Which classes may learn that a row exists. Contact points go by their kind, invoices by what is open on them.
ROWS: Mapping[str, Ways] = {
    "core.contact_point EMAIL": ways(C.EMAIL_DOMAIN, C.EMAIL),
    "core.contact_point PHONE": ways(C.PHONE),
    "core.contact_point POSTAL": _REGION,
    "core.identifier": ways(C.IDENTIFIER),
    "core.contact_person": _ORGANIZATION,
    "core.channel_preference": _PREFERENCE,
    "core.privacy_event": _PRIVACY,
    "finance.account": ways(C.ACCOUNT, C.BALANCE),
    "finance.billing": ways(C.BALANCE),
    "finance.invoice OPEN": _OWED,
    "finance.invoice PAID": _INVOICE,
    "finance.invoice_line": _INVOICE,
    "finance.payment": _PAYMENT,
    "finance.credit_note": _INVOICE,
    "finance.dunning_notice": ways(C.DUNNING),
    "finance.credit": ways(C.CREDIT_TERMS),
    "sales.sales_order": _ORDER,
    "sales.order_line": _ORDER,
    "sales.opportunity": ways(C.OPPORTUNITY),
    "sales.quote": ways(C.QUOTE),
    "sales.owned_product": ways(C.OWNED_PRODUCT),
    "sales.recommendation": ways(C.RECOMMENDATION),
    "service.ticket": ways(C.TICKET, C.MESSAGE),
    "service.message": ways(C.MESSAGE),
    "service.call": ways(C.CALL),
    "service.feedback": ways(C.FEEDBACK),
    "marketing.touchpoint": ways(C.TOUCHPOINT),
    "marketing.segment_membership": ways(C.SEGMENT),
    "marketing.interest": ways(C.INTEREST),
    "marketing.score": ways(C.SCORE),
    "marketing.loyalty": ways(C.LOYALTY),
}

# Columns that tell other than the row itself does.
COLUMNS: Mapping[str, Mapping[str, Ways]] = {
    "core.identifier": {"value": ways(C.IDENTIFIER)},
    "core.customer": {
        "number": ways(C.UNIQUE_ID),
        "status": ways(C.LIFECYCLE),
        "kind": ways(C.LIFECYCLE),
        "since": ways(C.LIFECYCLE),
        "display_name": ways(C.NAME),
        "given_name": ways((C.LIFECYCLE, C.NAME)),
        "family_name": ways((C.LIFECYCLE, C.NAME)),
        "birth_date": ways((C.LIFECYCLE, C.BIRTH_DATE)),
        "language": ways(C.LANGUAGE),
        "country": _REGION,
        "legal_name": _ORGANIZATION,
        "registration_number": _ORGANIZATION,
        "vat_number": _ORGANIZATION,
        "parent_id": _ORGANIZATION,
    },
    "core.contact_point": {
        "value": ways(C.EMAIL, C.PHONE),
        "street": ways((C.REGION, C.ADDRESS)),
        "postcode": ways((C.REGION, C.ADDRESS)),
        "city": _REGION,
        "region": _REGION,
        "country": _REGION,
        "is_primary": _PREFERENCE,
        "verified_at": _PREFERENCE,
        "valid_from": _PREFERENCE,
        "valid_to": _PREFERENCE,
    },
    "core.contact_person": {
        "name": ways((C.LIFECYCLE, C.ORGANIZATION, C.NAME)),
        "email": ways((C.LIFECYCLE, C.ORGANIZATION, C.EMAIL)),
        "phone": ways((C.LIFECYCLE, C.ORGANIZATION, C.PHONE)),
    },
    "finance.account": {
        "number": ways(C.ACCOUNT),
        "opened_on": ways(C.ACCOUNT),
        "closed_on": ways(C.ACCOUNT),
        "balance": ways(C.BALANCE),
        "currency": ways(C.BALANCE),
    },
    "finance.invoice": {
        **dict.fromkeys(("number", "state", "issued_on", "total", "tax"), _INVOICE),
        **dict.fromkeys(("due_on", "open_amount", "currency"), _OWED),
    },
    "finance.payment": {"payer_reference": ways((C.PAYMENT, C.PAYER_REFERENCE))},
    "finance.credit": {
        **dict.fromkeys(("limit_amount", "exposure", "currency", "decision_basis", "decided_on"), _LIMIT),
        **dict.fromkeys(("rating_agency", "rating_grade", "rating_score", "rating_valid_until"), _RATING),
    },
    "service.ticket": dict.fromkeys(
        (
            *("number", "kind", "status", "priority", "severity", "channel", "subject", "opened_at"),
            *("first_response_due_at", "first_responded_at", "resolve_due_at", "closed_at"),
        ),
        _TICKET,
    ),
    "service.call": {
        "caller_number": ways((C.CALL, C.PHONE)),
        "recording_reference": ways((C.CALL, C.RECORDING)),
    },
    "service.feedback": {"ticket_id": ways((C.FEEDBACK, C.TICKET))},
}

# Ids, links between rows, and what makes flags, scope and retention: equal in both worlds.
KEPT = {
    *("id", "customer_id", "sequence", "position", "invoice_id", "order_id", "ticket_id", "flags", "minor_until"),
    *("direct_marketing_until", "profiling_until", "partner_sharing_until", "special_categories_until"),
    *("topic", "segment_id", "retain_until", "territory"),
}
# Columns of that name that tell something all the same.
TOLD = {"service.feedback.ticket_id"}

# What is a catalogue's, and what the server writes for itself.
NOBODYS = {
    *("sales.product", "marketing.campaign", "marketing.segment"),
    *("core.access_record", "core.disclosure", "core.partner_link", "core.department"),
}


def told_by_row(table: str, row: Mapping[str, object]) -> Ways:
    if table == "core.contact_point":
        return ROWS[f"{table} {row['kind']}"]
    if table == "finance.invoice":
        open_amount = row["open_amount"]
        return ROWS[f"{table} {'OPEN' if open_amount else 'PAID'}"]
    return ROWS[table]


def told_by_column(table: str, column: str) -> Ways | None:
    """None for a column that an asker learns with the row."""
    return COLUMNS.get(table, {}).get(column)
