"""The grant: the effects for one viewer class and purpose, by category and use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from auth.policy.categories import INPUTS, Category
from auth.policy.ceiling import Ceiling
from auth.policy.effects import DERIVED, NO_PURPOSE, NO_RULE, UNGOVERNED, Effect, EffectKind, Use
from auth.policy.rules import Cell, Policy, Rule
from auth.policy.sign_in import SignInRequirement

CONTRACT = Effect(
    EffectKind.WITHHOLD,
    rule="contract",
    article="GDPR Art. 5(1)(c), 25(2)",
    remedy="It is outside what your application was given: its scopes, and the categories of its contract.",
)


@dataclass(frozen=True)
class Grant:
    """Effects by category and use, for a viewer class, purpose and policy version. Shared by requests."""

    viewer_class: str
    purpose: str | None
    policy_version: str
    effects: Mapping[tuple[Category, Use], Effect]
    # The sign-in that is needed before data of a category is shown or used at all.
    sign_in_requirements: Mapping[Category, tuple[SignInRequirement, ...]] = field(default_factory=dict)

    def effect(self, category: Category, use: Use = Use.ITEM) -> Effect:
        """The effect on a category in a use. A cell that the grant does not have is withheld."""
        if not category.is_personal:
            return UNGOVERNED
        return self.effects.get((category, use), NO_PURPOSE if self.purpose is None else NO_RULE)

    @cached_property
    def digest(self) -> str:
        """The key of the grant in the plan cache. Grants with equal digests decide equally."""
        lines = sorted(f"{category} {use} {effect}" for (category, use), effect in self.effects.items())
        lines += sorted(f"{category} {each!r}" for category, each in self.sign_in_requirements.items())
        text = "\n".join([self.policy_version, self.viewer_class, str(self.purpose), *lines])
        return hashlib.sha256(text.encode()).hexdigest()


def compile_grant(policy: Policy, viewer_class: str, purpose: str | None) -> Grant:
    """Decide every cell once. For an unknown class or purpose everything is withheld."""
    effects = {
        (category, use): _effect_of(policy, rule, (who, why, category, use))
        for (who, why, category, use), rule in policy.cells.items()
        if who == viewer_class and why == purpose
    }
    requirements = {category: (each,) for category, each in policy.sign_in_requirements(viewer_class).items()}
    return Grant(viewer_class, purpose, policy.version, effects, requirements)


def _effect_of(policy: Policy, rule: Rule, cell: Cell) -> Effect:
    """The effect of a rule. For derived data it is the strictest of the rule's and those of the source categories.

    A rule with a `release` does not depend on the sources.
    """
    effect = rule.to_effect()
    if rule.release is not None:
        return effect
    who, purpose, category, _ = cell
    for source in INPUTS.get(category, ()):
        effect = _stricter(effect, policy.cells.get((who, purpose, source, Use.ITEM)))
    return effect


def _stricter(effect: Effect, source: Rule | None) -> Effect:
    if source is None or source.effect is not EffectKind.ALLOW:
        return replace(DERIVED, rule=effect.rule)
    return replace(effect, condition=effect.condition & source.condition)


def narrow_grant(grant: Grant, ceiling: Ceiling | None) -> Grant:
    """The grant without what is outside the ceiling, and so with a digest of its own."""
    if ceiling is None:
        return grant
    effects = {cell: _effect_under(ceiling, grant.effects, cell) for cell in grant.effects}
    return replace(grant, effects=effects)


def _effect_under(
    ceiling: Ceiling, effects: Mapping[tuple[Category, Use], Effect], cell: tuple[Category, Use]
) -> Effect:
    category, _ = cell
    effect = effects[cell]
    if not effect.shows:
        return effect
    if not ceiling.covers(category):
        return CONTRACT
    # A right to derived data that rests on the right to its source ends with that right. A right that the policy
    # released from its source, which is then not shown itself, does not.
    for source in INPUTS.get(category, ()):
        source_effect = effects.get((source, Use.ITEM))
        if source_effect is not None and source_effect.shows and not ceiling.covers(source):
            return replace(DERIVED, rule=CONTRACT.rule, remedy=CONTRACT.remedy)
    return effect
