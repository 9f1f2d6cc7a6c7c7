"""Core's part of a sample customer: identity, contact points and preferences."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from auth.departments import Department
from datasources.core import tables
from datasources.core.codes import Channel, ContactPointKind
from datasources.sample.countries import digits
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, moment_on, new_id

ROLES = ("Purchasing", "Accounts payable", "Owner", "Warehouse", "IT")


def add_customer(rows: Rows, profile: Profile, rng: Random) -> None:
    _add_customer(rows, profile, rng)
    if profile.is_erased:
        return
    _add_contact_points(rows, profile, rng)
    _add_identifiers(rows, profile, rng)
    if profile.is_organization:
        _add_contact_persons(rows, profile, rng)
    if not profile.traits.is_bare:
        _add_preferences(rows, profile, rng)


def _add_customer(rows: Rows, profile: Profile, rng: Random) -> None:
    country, known = profile.home.country, not profile.traits.is_bare
    is_firm, is_person = (
        profile.is_organization and known,
        not profile.is_organization and not profile.is_erased,
    )
    rows.add(
        tables.customer,
        id=profile.id,
        number=profile.number,
        status=profile.traits.status,
        kind=profile.kind,
        since=profile.since if known else None,
        display_name=profile.display_name,
        given_name=profile.given if is_person else None,
        family_name=profile.family if is_person else None,
        birth_date=_birth_date(profile, rng) if is_person and known else None,
        language=country.language if known else None,
        country=country.code if known else None,
        legal_name=country.legal_form.format(profile.display_name) if is_firm else None,
        registration_number=digits(country.registration_number, rng) if is_firm else None,
        vat_number=digits(country.vat_number, rng) or None if is_firm else None,
        parent_id=profile.parent_id if is_firm else None,
        territory=rng.choice(("NORTH", "SOUTH", "EAST", "WEST")) if known else None,
    )


def _birth_date(profile: Profile, rng: Random) -> date | None:
    """Return the birth date: always known for minors, unknown for one in five of the others."""
    if profile.is_showcase:
        return date(1984, 2, 29)
    if profile.traits.minor_of is not None:
        return profile.today - timedelta(days=profile.traits.minor_of * 365 + rng.randrange(4, 300))
    grown_up = profile.today - timedelta(days=20 * 366 + rng.randrange(60 * 365))
    return grown_up if rng.random() < 0.8 else None


def _add_contact_points(rows: Rows, profile: Profile, rng: Random) -> None:
    verified = _long_ago(profile, rng) if rng.random() < 0.7 else None
    if not profile.traits.is_bare or profile.index % 2:
        _add_point(rows, profile, rng, kind=ContactPointKind.EMAIL, value=profile.email, verified_at=verified)
    _add_point(rows, profile, rng, kind=ContactPointKind.PHONE, value=profile.home.phone, verified_at=verified)
    if profile.traits.is_bare:
        return
    home = profile.home
    address = {
        "street": home.street,
        "postcode": home.postcode,
        "city": home.city,
        "country": home.country.code,
    }
    _add_point(rows, profile, rng, kind=ContactPointKind.POSTAL, **address)
    if rng.random() < 0.08:
        former = {**address, "street": rng.choice(home.country.streets).format(7), "is_primary": False}
        _add_point(rows, profile, rng, kind=ContactPointKind.POSTAL, valid_to=profile.since, **former)


def _add_point(rows: Rows, profile: Profile, rng: Random, **values: object) -> None:
    facts = {"is_primary": True, "valid_from": profile.since} | values
    if "valid_to" in facts:
        facts["valid_from"] = None
    rows.add(tables.contact_point, customer_id=profile.id, id=new_id(rng), **facts)


def _add_identifiers(rows: Rows, profile: Profile, rng: Random) -> None:
    known_by = {
        ("webshop", "login"): f"user{profile.index:07d}",
        ("erp", "debtor"): f"D{10_000_000 + profile.index}",
        ("till", "card"): f"27{profile.seed % 1000:03d}{profile.index:08d}",
    }
    for (system, kind), value in known_by.items():
        if profile.is_showcase or rng.random() < 0.7:
            rows.add(
                tables.identifier,
                customer_id=profile.id,
                id=new_id(rng),
                system=system,
                type=kind,
                value=value,
                first_seen_at=_long_ago(profile, rng),
                is_verified=rng.random() < 0.8,
            )


def _add_contact_persons(rows: Rows, profile: Profile, rng: Random) -> None:
    country = profile.home.country
    for place in range(rng.randrange(1, 4)):
        given, family = rng.choice(country.given), rng.choice(country.family)
        rows.add(
            tables.contact_person,
            customer_id=profile.id,
            id=new_id(rng),
            name=f"{given} {family}",
            role=ROLES[(profile.index + place) % len(ROLES)],
            email=f"contact{place + 1}.{profile.index}@example.com" if rng.random() < 0.8 else None,
            phone=profile.home.phone if place == 0 else None,
        )


def _add_preferences(rows: Rows, profile: Profile, rng: Random) -> None:
    """Many state a preference to marketing; some later state another to service, which wins."""
    if profile.traits.prefers_texts:
        _add_preference(rows, profile, rng, Channel.EMAIL, Department.MARKETING, 0.1)
        asked = "Asked on the phone: please text, no e-mail."
        _add_preference(rows, profile, rng, Channel.SMS, Department.SERVICE, 0.9, note=asked)
    elif rng.random() < 0.5:
        channel = rng.choice((Channel.EMAIL, Channel.EMAIL, Channel.PHONE, Channel.POST, Channel.SMS))
        via = rng.choice((Department.MARKETING, Department.SALES, Department.CORE))
        _add_preference(rows, profile, rng, channel, via, 0.3)
        if rng.random() < 0.2:
            _add_preference(rows, profile, rng, Channel.POST, via, 0.3, rank=2)


def _add_preference(
    rows: Rows,
    profile: Profile,
    rng: Random,
    channel: Channel,
    via: Department,
    share: float,
    *,
    rank: int = 1,
    note: str | None = None,
) -> None:
    day = profile.since + timedelta(days=int((profile.traits.customer_for_days - 1) * share))
    rows.add(
        tables.channel_preference,
        customer_id=profile.id,
        id=new_id(rng),
        channel=channel,
        rank=rank,
        set_via=via,
        set_at=moment_on(day, rng),
        note=note,
    )


def _long_ago(profile: Profile, rng: Random) -> datetime:
    since = profile.since
    return datetime(since.year, since.month, since.day, rng.randrange(24), rng.randrange(60), tzinfo=UTC)
