"""Explains one cell of the policy: what a role may do with one field for one purpose."""

from collections.abc import Mapping
from dataclasses import dataclass

from auth.categories import Category
from auth.effects import Effect, Use
from auth.grant import compile_grant
from auth.policy import Policy, conditions_in


@dataclass(frozen=True, slots=True)
class Rights:
    """The policy, and the category of every field that the schema has."""

    policy: Policy
    categories: Mapping[str, Category]

    @classmethod
    def of(cls, policy: Policy) -> "Rights":
        from schema.build import build_schema, contract

        return cls(policy, contract(build_schema()).categories)

    def explain(self, role: str, purpose: str | None, coordinate: str, use: str) -> dict[str, str | None]:
        category = self.categories[coordinate]
        effect = compile_grant(self.policy, role, purpose).effect(category, Use(use))
        return {
            "coordinate": coordinate,
            "category": category.value,
            "use": use,
            "role": role,
            "purpose": purpose,
            **described(effect),
            "policy": self.policy.version,
        }


def described(effect: Effect) -> dict[str, str | None]:
    return {
        "effect": effect.kind.value,
        "mask": effect.mask.value if effect.mask else None,
        "when": ", ".join(conditions_in(effect.condition)) or None,
        "rule": effect.rule,
        "article": effect.article,
        "remedy": effect.remedy,
    }
