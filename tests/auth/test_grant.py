"""The effects of grants, and the digests that distinguish them."""

from dataclasses import replace
from itertools import product

from auth.policy.categories import Category
from auth.policy.effects import ALWAYS, Condition, EffectKind, Use, all_of
from auth.policy.file import load
from auth.policy.flags import Flag
from auth.policy.grant import compile_grant
from auth.policy.rules import CONDITIONS

POLICY = load()


def test_what_is_not_personal_is_open_to_all_for_every_use() -> None:
    grant = compile_grant(POLICY, "nobody", None)
    kinds = {grant.effect(category, use).kind for category in Category if not category.is_personal for use in Use}
    assert kinds == {EffectKind.ALLOW}


def test_without_a_purpose_every_personal_cell_is_withheld_and_says_so() -> None:
    for name in POLICY.classes:
        grant = compile_grant(POLICY, name, None)
        effects = {grant.effect(category, use) for category in Category if category.is_personal for use in Use}
        assert {(each.kind, each.rule) for each in effects} == {(EffectKind.WITHHOLD, "no-purpose")}


def test_an_unknown_class_or_purpose_gets_nothing() -> None:
    for who, purpose in (("nobody", "care"), ("service_agent", "no such purpose"), ("", "")):
        grant = compile_grant(POLICY, who, purpose)
        assert grant.effects == {}
        assert not any(
            grant.effect(category, use).shows for category in Category if category.is_personal for use in Use
        )


def test_the_right_to_see_is_not_the_right_to_filter() -> None:
    grant = compile_grant(POLICY, "auditor", "audit")
    assert grant.effect(Category.NAME, Use.ITEM).kind is EffectKind.MASK
    assert grant.effect(Category.NAME, Use.FILTER).kind is EffectKind.WITHHOLD
    assert grant.effect(Category.NAME, Use.ORDER).kind is EffectKind.WITHHOLD


def test_derived_data_needs_its_sources() -> None:
    """Sales sees recommendations for outreach because it sees orders there; no class without orders sees scores."""
    sources = {rule.name: rule for rule in POLICY.rules}
    rule = sources["sales-sells"]
    without = replace(rule, categories=rule.categories - {Category.ORDER})
    cells = {cell: each for cell, each in POLICY.cells.items() if cell[2] is not Category.ORDER}
    poorer = replace(POLICY, rules=(without,), cells=cells)
    assert compile_grant(POLICY, "sales_rep", "outreach").effect(Category.RECOMMENDATION).allows
    effect = compile_grant(poorer, "sales_rep", "outreach").effect(Category.RECOMMENDATION)
    assert (effect.kind, effect.rule) == (EffectKind.WITHHOLD, "sales-sells")


def test_derived_data_takes_the_conditions_of_its_sources() -> None:
    care = compile_grant(POLICY, "service_agent", "care").effect(Category.RECOMMENDATION)
    assert care.condition == all_of((Flag.RESTRICTED, False), (Flag.OBJECTS_LEGITIMATE_INTEREST, False))


def test_a_release_opens_derived_data_without_its_sources() -> None:
    grant = compile_grant(POLICY, "service_agent", "care")
    assert not grant.effect(Category.INVOICE).shows
    assert grant.effect(Category.BALANCE).allows


def test_every_class_and_purpose_has_a_digest_of_its_own() -> None:
    pairs = list(product([*POLICY.classes, "nobody"], [*POLICY.purposes, None]))
    assert len({compile_grant(POLICY, who, purpose).digest for who, purpose in pairs}) == len(pairs)


def test_the_digest_changes_with_the_policy_and_with_any_effect() -> None:
    grant = compile_grant(POLICY, "service_agent", "care")
    key = (Category.NAME, Use.ITEM)
    closed = {**grant.effects, key: replace(grant.effects[key], kind=EffectKind.WITHHOLD)}
    conditional = {**grant.effects, key: replace(grant.effects[key], condition=ALWAYS)}
    others = [
        replace(grant, policy_version="another"),
        replace(grant, effects=closed),
        replace(grant, effects=conditional),
    ]
    assert len({each.digest for each in (grant, *others)}) == 4


def test_implication_and_conjunction_agree_with_every_flag_set() -> None:
    """The planner omits a condition that the enclosing one implies, which must be true for every customer."""
    conditions = [ALWAYS, *(all_of(each) for each in CONDITIONS.values())]
    conditions += [first & second for first in conditions for second in conditions]
    distinct = list(dict.fromkeys(conditions))
    met = {each: frozenset(flags for flags in range(512) if each.met_by(flags)) for each in distinct}
    for first, second in product(distinct, distinct):
        assert first.implies(second) == (met[first] <= met[second])
        assert met[first] & met[second] == {flags for flags in range(512) if (first & second).met_by(flags)}


def test_what_is_unmet_is_exactly_what_differs() -> None:
    condition = all_of((Flag.CONSENTS_PROFILING, True), (Flag.RESTRICTED, False))
    assert condition.unmet(0) == Flag.CONSENTS_PROFILING
    assert condition.unmet(Flag.RESTRICTED) == Flag.CONSENTS_PROFILING | Flag.RESTRICTED
    assert condition.unmet(Flag.CONSENTS_PROFILING | Flag.HELD) == 0
    assert Condition(0, 0).met_by(511)
