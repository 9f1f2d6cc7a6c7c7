"""The grant: what one class of viewer may see for one purpose, decided for every coordinate and use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from auth.policy.categories import INPUTS, Category
from auth.policy.effects import DERIVED, NO_PURPOSE, NO_RULE, UNGOVERNED, Effect, EffectKind, Use
from auth.policy.rules import Cell, Policy, Rule
from auth.step_up import Proved


@dataclass(frozen=True)
class Grant:
    """Effects by category and use, for (viewer class, purpose, policy version). Immutable, shared by requests."""

    viewer_class: str
    purpose: str | None
    policy_version: str
    effects: Mapping[tuple[Category, Use], Effect]
    # What must have been proved at the last sign-in before data of a category is shown or used at all.
    needed: Mapping[Category, Proved] = field(default_factory=dict)

    def effect(self, category: Category, use: Use = Use.ITEM) -> Effect:
        """What happens to data of this category when used so. Anything unknown is withheld."""
        if not category.is_personal:
            return UNGOVERNED
        return self.effects.get((category, use), NO_PURPOSE if self.purpose is None else NO_RULE)

    @cached_property
    def digest(self) -> str:
        """Names the grant in the plan cache: equal digests decide equally."""
        lines = sorted(f"{category} {use} {effect}" for (category, use), effect in self.effects.items())
        lines += sorted(f"{category} {needed!r}" for category, needed in self.needed.items())
        text = "\n".join([self.policy_version, self.viewer_class, str(self.purpose), *lines])
        return hashlib.sha256(text.encode()).hexdigest()


def compile_grant(policy: Policy, viewer_class: str, purpose: str | None) -> Grant:
    """Decide every cell once. Unknown classes and purposes get the grant that withholds everything."""
    effects = {
        (category, use): _released(policy, rule, (who, why, category, use))
        for (who, why, category, use), rule in policy.cells.items()
        if who == viewer_class and why == purpose
    }
    return Grant(viewer_class, purpose, policy.version, effects, policy.needed(viewer_class))


def _released(policy: Policy, rule: Rule, cell: Cell) -> Effect:
    """The rule's effect. On derived data it is the strictest of its own and those on what the data is derived from,
    unless the rule declares the release.
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
