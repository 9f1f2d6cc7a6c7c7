"""Explains the policy: one role's effect on one field for one purpose, and changes between policies."""

from collections.abc import Mapping
from dataclasses import dataclass

from auth.policy.categories import Category
from auth.policy.diff import Change, ClassChange
from auth.policy.effects import Effect, EffectKind, Use
from auth.policy.grant import compile_grant
from auth.policy.rules import Policy, conditions_in
from auth.policy.sign_in import describe_requirements


@dataclass(frozen=True, slots=True)
class PolicyExplainer:
    """The policy, with the category of every coordinate of the schema."""

    policy: Policy
    categories: Mapping[str, Category]

    @classmethod
    def of(cls, policy: Policy) -> "PolicyExplainer":
        # Because building the schema takes most of a second, the other policy commands do without it.
        from schema.build import build_schema, contract  # noqa: PLC0415 - slow, and one command's only

        return cls(policy, contract(build_schema()).categories)

    def explain(self, role: str, purpose: str | None, coordinate: str, use: str) -> dict[str, str | None]:
        category = self.categories[coordinate]
        grant = compile_grant(self.policy, role, purpose)
        effect, needed = grant.effect(category, Use(use)), grant.sign_in_requirements.get(category, ())
        return {
            "coordinate": coordinate,
            "category": category.value,
            "use": use,
            "role": role,
            "purpose": purpose,
            **effect_columns(effect),
            "step_up": describe_requirements(needed) if needed and effect.shows else None,
            "policy": self.policy.version,
        }

    def who_may(self, purpose: str | None, coordinate: str, use: str) -> list[dict[str, str | None]]:
        """An explanation for each role and purpose that may use the field so, at least under a condition."""
        purposes = [purpose] if purpose is not None else [None, *self.policy.purposes]
        rows = [self.explain(role, each, coordinate, use) for role in self.policy.classes for each in purposes]
        return [row for row in rows if row["effect"] != EffectKind.WITHHOLD]


def change_row(change: Change) -> dict[str, str]:
    return {
        "direction": change.direction.value,
        "role": change.viewer_class,
        "purpose": change.purpose,
        "category": change.category.value,
        "use": change.use.value,
        "before": _summary(change.before),
        "after": _summary(change.after),
    }


def class_change_row(change: ClassChange) -> dict[str, str]:
    return {
        "direction": change.direction.value,
        "role": change.viewer_class,
        "before": change.before,
        "after": change.after,
    }


def _summary(effect: Effect) -> str:
    shown = effect.mask.value if effect.mask else effect.kind.value
    return " when ".join([shown, *([", ".join(when)] if (when := conditions_in(effect.condition)) else [])])


def effect_columns(effect: Effect) -> dict[str, str | None]:
    return {
        "effect": effect.kind.value,
        "mask": effect.mask.value if effect.mask else None,
        "when": ", ".join(conditions_in(effect.condition)) or None,
        "rule": effect.rule,
        "article": effect.article,
        "remedy": effect.remedy,
    }
