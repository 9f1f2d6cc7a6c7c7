"""`customer360 consent`: adds a customer's consent, or its withdrawal, to the ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from server.settings import load
from server.terminal import run, say

TOPICS = ("DIRECT_MARKETING", "PROFILING", "PARTNER_SHARING", "SPECIAL_CATEGORIES")
DEPARTMENTS = ("CORE", "FINANCE", "SALES", "SERVICE", "MARKETING")


@click.group("consent")
def command() -> None:
    """Record and withdraw consents. They count from the next request on."""


def _about(function: Callable[..., Any]) -> Callable[..., Any]:
    """Whose consent, to what, and through whom."""
    options = (
        click.option("--customer", type=click.UUID, required=True, help="The customer's id."),
        click.option("--topic", type=click.Choice(TOPICS), required=True, help="What it is about."),
        click.option("--via", type=click.Choice(DEPARTMENTS), default="CORE", show_default=True, help="Told to whom."),
        click.option("--actor", help="Who writes it down."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command("record")
@_about
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day, if it has one: 2027-12-31.")
@click.option("--text-version", help="Which wording they consented to.")
def record(
    customer: UUID, topic: str, via: str, actor: str | None, expires: datetime | None, text_version: str | None
) -> None:
    """Record that a customer consents."""
    until = expires.replace(hour=23, minute=59, second=59, tzinfo=UTC) if expires else None
    _add(customer, topic, "CONSENT_GIVEN", via, actor, expires_at=until, text_version=text_version)


@command.command("withdraw")
@_about
def withdraw(customer: UUID, topic: str, via: str, actor: str | None) -> None:
    """Record that a customer withdraws a consent."""
    _add(customer, topic, "CONSENT_WITHDRAWN", via, actor)


def _add(customer: UUID, topic: str, state: str, via: str, actor: str | None, **more: Any) -> None:
    from datasources import privacy
    from datasources.core.codes import Department, LegalBasis, PrivacyState, PrivacyTopic
    from server.addresses import addresses

    said = PrivacyTopic(topic), PrivacyState(state)
    basis, department = LegalBasis.CONSENT, Department(via)
    adding = privacy.record(addresses(load()), customer, *said, via=department, legal_basis=basis, actor=actor, **more)
    say(f"Recorded as {run(adding)}.")
