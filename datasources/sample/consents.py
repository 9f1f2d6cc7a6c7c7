"""A sample customer's history of consents, objections and requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from auth.departments import Department
from datasources.core import tables as core
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, moment_on, new_id

# By topic: percentage of customers asked, and percentage of those who consent.
CONSENT_PERCENTAGES = {
    PrivacyTopic.DIRECT_MARKETING: (85, 80),
    PrivacyTopic.PROFILING: (60, 65),
    PrivacyTopic.PARTNER_SHARING: (30, 35),
    PrivacyTopic.SPECIAL_CATEGORIES: (5, 70),
}
OBJECTION_PERCENTAGES = {
    PrivacyTopic.DIRECT_MARKETING: 6,
    PrivacyTopic.PROFILING: 3,
    PrivacyTopic.LEGITIMATE_INTEREST: 3,
}


@dataclass(frozen=True)
class Statement:
    topic: PrivacyTopic
    state: PrivacyState
    said_at: datetime
    expires_at: datetime | None = None
    via: Department = Department.MARKETING


def draw_statements(profile: Profile, rng: Random) -> list[Statement]:
    """Return the customer's statements, oldest first."""
    if profile.is_showcase:
        return _showcase(profile, rng)
    if profile.traits.is_bare:
        return []
    said = [each for topic in CONSENT_PERCENTAGES for each in _consent(profile, topic, rng)]
    said += [each for topic in OBJECTION_PERCENTAGES for each in _objection(profile, topic, rng)]
    said += _requests(profile, rng)
    return sorted(said, key=lambda statement: statement.said_at)


def allows_marketing(said: list[Statement], moment: datetime) -> bool:
    """Return whether marketing was allowed at the moment: a valid consent and no objection."""
    consent = objection = None
    for each in said:
        if each.topic is PrivacyTopic.DIRECT_MARKETING and each.said_at <= moment:
            if each.state.startswith("CONSENT"):
                consent = each
            else:
                objection = each
    return (
        consent is not None
        and consent.state is PrivacyState.CONSENT_GIVEN
        and (consent.expires_at is None or moment < consent.expires_at)
        and (objection is None or objection.state is not PrivacyState.OBJECTED)
    )


def add_statements(rows: Rows, profile: Profile, said: list[Statement], rng: Random) -> None:
    for each in said:
        is_consent = each.state.startswith("CONSENT")
        rows.add(
            core.privacy_event,
            id=new_id(rng),
            customer_id=profile.id,
            topic=each.topic,
            state=each.state,
            occurred_at=each.said_at,
            # Most are recorded at once, a few by the next morning.
            recorded_at=each.said_at + timedelta(seconds=rng.choice((1, 1, 2, 40_000))),
            expires_at=each.expires_at,
            legal_basis=LegalBasis.CONSENT if is_consent else None,
            recorded_via=each.via,
            text_version=f"{each.said_at:%Y}-1" if is_consent else None,
            actor="customer" if is_consent else "privacy desk",
        )


def _consent(profile: Profile, topic: PrivacyTopic, rng: Random) -> list[Statement]:
    asked, agree = CONSENT_PERCENTAGES[topic]
    if rng.randrange(100) >= asked:
        return []
    first = _moment(profile, 0.0, rng)
    if rng.randrange(100) >= agree:
        refusal = rng.choice((PrivacyState.CONSENT_REFUSED, PrivacyState.CONSENT_REQUESTED))
        return [Statement(topic, refusal, first)]
    said = [Statement(topic, PrivacyState.CONSENT_GIVEN, first, _expiry(first, rng))]
    if rng.random() < 0.15:
        said.append(Statement(topic, PrivacyState.CONSENT_WITHDRAWN, _moment(profile, 0.5, rng), via=_via(rng)))
        if rng.random() < 0.3:
            said.append(Statement(topic, PrivacyState.CONSENT_GIVEN, _moment(profile, 0.8, rng)))
    return said


def _expiry(given_at: datetime, rng: Random) -> datetime | None:
    return given_at + timedelta(days=rng.choice((365, 730, 1_095))) if rng.random() < 0.25 else None


def _objection(profile: Profile, topic: PrivacyTopic, rng: Random) -> list[Statement]:
    if rng.randrange(100) >= OBJECTION_PERCENTAGES[topic]:
        return []
    said = [Statement(topic, PrivacyState.OBJECTED, _moment(profile, 0.4, rng), via=Department.SERVICE)]
    if rng.random() < 0.25:
        lifted = _moment(profile, 0.8, rng)
        said.append(Statement(topic, PrivacyState.OBJECTION_LIFTED, lifted, via=Department.SERVICE))
    return said


def _requests(profile: Profile, rng: Random) -> list[Statement]:
    said = []
    asked_at = _moment(profile, 0.6, rng)
    if profile.traits.restricted:
        said.append(Statement(PrivacyTopic.PROCESSING, PrivacyState.RESTRICTED, asked_at, via=Department.CORE))
        if profile.index % 2 == 0:
            lifted = _moment(profile, 0.9, rng)
            said.append(
                Statement(PrivacyTopic.PROCESSING, PrivacyState.RESTRICTION_LIFTED, lifted, via=Department.CORE)
            )
    if profile.traits.held:
        said.append(Statement(PrivacyTopic.ERASURE, PrivacyState.HELD, asked_at, via=Department.FINANCE))
    return said


def _showcase(profile: Profile, rng: Random) -> list[Statement]:
    """Marketing consent is given, withdrawn and given again; profiling expires next year."""
    given, withdrawn = PrivacyState.CONSENT_GIVEN, PrivacyState.CONSENT_WITHDRAWN
    next_year = moment_on(profile.today, rng) + timedelta(days=290)
    return [
        Statement(PrivacyTopic.DIRECT_MARKETING, given, _moment(profile, 0.0, rng)),
        Statement(PrivacyTopic.PARTNER_SHARING, PrivacyState.CONSENT_REFUSED, _moment(profile, 0.0, rng)),
        Statement(PrivacyTopic.DIRECT_MARKETING, withdrawn, _moment(profile, 0.4, rng), via=Department.SERVICE),
        Statement(PrivacyTopic.PROFILING, given, _moment(profile, 0.6, rng), next_year),
        Statement(PrivacyTopic.DIRECT_MARKETING, given, _moment(profile, 0.8, rng)),
    ]


def _moment(profile: Profile, earliest: float, rng: Random) -> datetime:
    """Return a moment in the tenth of the customer's history that begins at this fraction of it."""
    days = profile.traits.customer_for_days - 1
    return moment_on(profile.since + timedelta(days=int(days * (earliest + rng.random() / 10))), rng)


def _via(rng: Random) -> Department:
    return rng.choice((Department.MARKETING, Department.SERVICE, Department.CORE))
