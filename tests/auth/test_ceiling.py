import re

import pytest

from auth.departments import DEPARTMENTS
from auth.policy import file as policy_file
from auth.policy.categories import Category
from auth.policy.ceiling import CONTRACT, Ceiling, department_of, narrowed
from auth.policy.effects import Use
from auth.policy.grant import Grant, compile_grant
from tests.house.project import ROOT

POLICY = policy_file.load()
EVERYTHING = Ceiling(frozenset(DEPARTMENTS))
SDL = (ROOT / "schema" / "customer360.graphql").read_text()


def grant(role: str, purpose: str) -> Grant:
    return compile_grant(POLICY, role, purpose)


@pytest.mark.parametrize("role", POLICY.classes)
@pytest.mark.parametrize("purpose", POLICY.purposes)
def test_a_ceiling_over_everything_changes_nothing(role: str, purpose: str) -> None:
    full = grant(role, purpose)
    assert narrowed(full, EVERYTHING) == full
    assert narrowed(full, EVERYTHING).digest == full.digest
    assert narrowed(full, None) is full


@pytest.mark.parametrize("role", POLICY.classes)
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_ceiling_only_takes_away(role: str, department: str) -> None:
    for purpose in POLICY.purposes:
        full, held = grant(role, purpose), narrowed(grant(role, purpose), Ceiling(frozenset({department})))
        for category in Category:
            for use in Use:
                before, after = full.effect(category, use), held.effect(category, use)
                assert after == before or (before.shows and not after.shows)
                assert not after.shows or not category.is_personal or department_of(category) == department


def test_what_is_outside_says_so() -> None:
    held = narrowed(grant("service_agent", "care"), Ceiling.of(["core:read", "openid", "sales:write"]))
    assert held.effect(Category.NAME).shows
    assert held.effect(Category.ORDER) == CONTRACT
    assert held.effect(Category.MESSAGE).remedy == CONTRACT.remedy


def test_categories_hold_besides_departments() -> None:
    held = narrowed(grant("partner_client", "partner"), Ceiling.of(["core:read", "sales:read"], [Category.NAME]))
    assert held.effect(Category.NAME).shows
    assert not held.effect(Category.ORDER).shows
    assert not held.effect(Category.UNIQUE_ID).shows


def test_derived_data_falls_with_the_source_that_it_rests_on() -> None:
    only_balance = Ceiling.of(["finance:read"], [Category.BALANCE, Category.PAYMENT])
    assert not narrowed(grant("finance_clerk", "payment"), only_balance).effect(Category.BALANCE).shows
    # Service is told the balance without the invoices: the policy released it from them.
    assert narrowed(grant("service_agent", "care"), only_balance).effect(Category.BALANCE).shows


def test_the_digest_tells_grants_apart() -> None:
    full = grant("service_agent", "care")
    ceilings = [None, Ceiling.of(["core:read"]), Ceiling.of(["sales:read"]), Ceiling.of([])]
    assert len({narrowed(full, ceiling).digest for ceiling in ceilings}) == 4


def test_a_category_is_of_the_department_that_owns_most_of_it() -> None:
    owners: dict[str, list[str]] = {}
    for category, owner in re.findall(r'@data\(category: "([^"]+)", owner: (\w+)', SDL):
        owners.setdefault(category, []).append(owner.lower())
    for category in (each for each in Category if each.is_personal and each.value in owners):
        most = max(set(owners[category.value]), key=owners[category.value].count)
        assert department_of(category) == most, category
