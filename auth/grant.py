"""The grant: what one class of viewer may see for one purpose, decided for every coordinate and use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from auth.categories import Category
from auth.effects import NO_PURPOSE, NO_RULE, UNGOVERNED, Effect, EffectKind, Use
from auth.policy import Policy, Rule

# A stricter rule beats a laxer one, whatever their order in the file.
_STRICTNESS = {EffectKind.ALLOW: 0, EffectKind.MASK: 1, EffectKind.WITHHOLD: 2}


@dataclass(frozen=True)
class Grant:
    """Effects by category and use, for (viewer class, purpose, policy version). Immutable, shared by requests."""

    viewer_class: str
    purpose: str | None
    policy_version: str
    effects: Mapping[tuple[Category, Use], Effect]

    def effect(self, category: Category, use: Use = Use.ITEM) -> Effect:
        """What happens to data of this category when used so. Anything unknown is withheld."""
        if not category.is_personal:
            return UNGOVERNED
        return self.effects.get((category, use), NO_PURPOSE if self.purpose is None else NO_RULE)

    @cached_property
    def digest(self) -> str:
        """Names the grant in the plan cache: equal digests decide equally."""
        lines = sorted(f"{category} {use} {effect}" for (category, use), effect in self.effects.items())
        text = "\n".join([self.policy_version, self.viewer_class, str(self.purpose), *lines])
        return hashlib.sha256(text.encode()).hexdigest()


def compile_grant(policy: Policy, viewer_class: str, purpose: str | None) -> Grant:
    """Decide every cell once. Unknown classes and purposes get the grant that withholds everything."""
    effects: dict[tuple[Category, Use], Effect] = {}
    for category in Category:
        for use in Use:
            rule = _strictest(policy, viewer_class, purpose, category, use)
            if rule is not None:
                effects[category, use] = rule.to_effect()
    return Grant(viewer_class, purpose, policy.version, effects)


def _strictest(policy: Policy, viewer_class: str, purpose: str | None, category: Category, use: Use) -> Rule | None:
    if purpose is None:
        return None
    rules = [rule for rule in policy.rules if rule.applies(viewer_class, purpose, category, use)]
    return max(rules, key=_strictness, default=None)


def _strictness(rule: Rule) -> tuple[int, int]:
    return _STRICTNESS[rule.effect], rule.condition.bits.bit_count()
