"""`customer360 consent`: adds what a customer allows or refuses to the ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from auth.departments import Department
from datasources.core import ledger
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from server.commands.customers import CUSTOMER_HELP, find_customers
from server.commands.terminal import run, say
from server.settings.addresses import database_addresses
from server.settings.environment import load

OBJECTIONS = ("DIRECT_MARKETING", "PROFILING", "LEGITIMATE_INTEREST")
TOPICS = ("DIRECT_MARKETING", "PROFILING", "PARTNER_SHARING", "SPECIAL_CATEGORIES")
DEPARTMENTS = [department.value for department in Department]


@click.group("consent")
def command() -> None:
    """Record consents, objections and restrictions. They count from the next request on."""


def _statement_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add options for the customer, the channel and the actor."""
    options = (
        click.option("--customer", required=True, help=CUSTOMER_HELP),
        click.option(
            "--via",
            type=click.Choice(DEPARTMENTS),
            default="CORE",
            show_default=True,
            help="The department that was told.",
        ),
        click.option("--actor", help="Who records it."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _consent_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the same options and the topic."""
    topic = click.option("--topic", type=click.Choice(TOPICS), required=True, help="What it is about.")
    return _statement_options(topic(function))


@command.command("record")
@_consent_options
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day, if it has one: 2027-12-31.")
@click.option("--text-version", help="Which wording they consented to.")
def record(
    customer: str, topic: str, via: str, actor: str | None, expires: datetime | None, text_version: str | None
) -> None:
    """Record that a customer consents."""
    until = expires.replace(hour=23, minute=59, second=59, tzinfo=UTC) if expires else None
    _record(customer, topic, "CONSENT_GIVEN", via, actor, expires_at=until, text_version=text_version)


@command.command("withdraw")
@_consent_options
def withdraw(customer: str, topic: str, via: str, actor: str | None) -> None:
    """Record that a customer withdraws a consent."""
    _record(customer, topic, "CONSENT_WITHDRAWN", via, actor)


@command.command("object")
@_statement_options
@click.option("--topic", type=click.Choice(OBJECTIONS), required=True, help="What they object to.")
@click.option("--lift", is_flag=True, help="They no longer object.")
def objection(customer: str, via: str, actor: str | None, topic: str, lift: bool) -> None:
    """Record that a customer objects to a kind of processing (GDPR Art. 21)."""
    _record(customer, topic, "OBJECTION_LIFTED" if lift else "OBJECTED", via, actor, basis="LEGITIMATE_INTEREST")


@command.command("restrict")
@_statement_options
@click.option("--lift", is_flag=True, help="The restriction ends.")
def restrict(customer: str, via: str, actor: str | None, lift: bool) -> None:
    """Restrict the processing of a customer's data (GDPR Art. 18): they stay findable, with their status only."""
    _record(customer, "PROCESSING", "RESTRICTION_LIFTED" if lift else "RESTRICTED", via, actor, basis=None)


def _record(
    customer: str, topic: str, state: str, via: str, actor: str | None, basis: str | None = "CONSENT", **more: Any
) -> None:
    (id_,) = run(find_customers([customer]))
    event = ledger.record(
        database_addresses(load()),
        id_,
        PrivacyTopic(topic),
        PrivacyState(state),
        via=Department(via),
        legal_basis=LegalBasis(basis) if basis else None,
        actor=actor,
        **more,
    )
    say(f"Recorded as {run(event)}.")
