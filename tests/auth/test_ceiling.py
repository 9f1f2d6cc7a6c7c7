import re

import pytest

from auth.policy.categories import Category
from auth.policy.ceiling import SCOPES, Ceiling, scope_of
from auth.policy.effects import Use
from auth.policy.file import load
from auth.policy.grant import CONTRACT, Grant, compile_grant, narrow_grant
from tests.house.project import ROOT

POLICY = load()
EVERYTHING = Ceiling(frozenset(SCOPES))
SDL = (ROOT / "schema" / "customer360.graphql").read_text()


def grant(role: str, purpose: str) -> Grant:
    return compile_grant(POLICY, role, purpose)


@pytest.mark.parametrize("role", POLICY.classes)
@pytest.mark.parametrize("purpose", POLICY.purposes)
def test_a_ceiling_over_everything_changes_nothing(role: str, purpose: str) -> None:
    full = grant(role, purpose)
    assert narrow_grant(full, EVERYTHING) == full
    assert narrow_grant(full, EVERYTHING).digest == full.digest
    assert narrow_grant(full, None) is full


@pytest.mark.parametrize("role", POLICY.classes)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_ceiling_only_takes_away(role: str, scope: str) -> None:
    for purpose in POLICY.purposes:
        full, held = grant(role, purpose), narrow_grant(grant(role, purpose), Ceiling(frozenset({scope})))
        for category in Category:
            for use in Use:
                before, after = full.effect(category, use), held.effect(category, use)
                assert after == before or (before.shows and not after.shows)
                assert not after.shows or not category.is_personal or scope_of(category) == scope


def test_what_is_outside_says_so() -> None:
    held = narrow_grant(grant("service_agent", "care"), Ceiling.of(["core:read", "openid", "sales:write"]))
    assert held.effect(Category.NAME).shows
    assert held.effect(Category.ORDER) == CONTRACT
    assert held.effect(Category.MESSAGE).remedy == CONTRACT.remedy


def test_categories_hold_besides_scopes() -> None:
    held = narrow_grant(grant("partner_client", "partner"), Ceiling.of(["core:read", "sales:read"], [Category.NAME]))
    assert held.effect(Category.NAME).shows
    assert not held.effect(Category.ORDER).shows
    assert not held.effect(Category.UNIQUE_ID).shows


def test_derived_data_falls_with_the_source_that_it_rests_on() -> None:
    only_balance = Ceiling.of(["finance:read"], [Category.BALANCE, Category.PAYMENT])
    assert not narrow_grant(grant("finance_clerk", "payment"), only_balance).effect(Category.BALANCE).shows
    # The policy releases the balance from its sources for service, so it does not depend on the invoices.
    assert narrow_grant(grant("service_agent", "care"), only_balance).effect(Category.BALANCE).shows


def test_the_digest_tells_grants_apart() -> None:
    full = grant("service_agent", "care")
    ceilings = [None, Ceiling.of(["core:read"]), Ceiling.of(["sales:read"]), Ceiling.of([])]
    assert len({narrow_grant(full, ceiling).digest for ceiling in ceilings}) == 4


def test_a_category_is_opened_by_the_scope_of_the_department_that_serves_most_of_it() -> None:
    owners: dict[str, list[str]] = {}
    for category, owner in re.findall(r'@data\(category: "([^"]+)", owner: (\w+)', SDL):
        owners.setdefault(category, []).append(owner.lower())
    for category in (each for each in Category if each.is_personal and each.value in owners):
        most = max(set(owners[category.value]), key=owners[category.value].count)
        assert scope_of(category) == f"{most}:read", category
