"""The ceiling: what a client's contract leaves of a grant. It only ever takes away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auth.departments import DEPARTMENTS
from auth.policy.categories import INPUTS, Category
from auth.policy.effects import DERIVED, Effect, EffectKind, Use
from auth.policy.grant import Grant

READ = ":read"
SCOPES = tuple(f"{department}{READ}" for department in DEPARTMENTS)

_PREFIXES = {
    "user.financial.": "finance",
    "user.purchase.": "sales",
    "derived.recommendation": "sales",
    "user.service.": "service",
    "user.behavior.": "marketing",
    "user.loyalty": "marketing",
    "derived.": "marketing",
}
CONTRACT = Effect(
    EffectKind.WITHHOLD,
    rule="contract",
    article="GDPR Art. 5(1)(c), 25(2)",
    remedy="It is outside what your application was given: its scopes, and the categories of its contract.",
)


def department_of(category: Category) -> str:
    """Whose scope a category needs. What no department keeps for itself is core's."""
    return next((whose for prefix, whose in _PREFIXES.items() if category.value.startswith(prefix)), "core")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a client may reach at most: departments by its scopes, categories by its contract (None: all of them)."""

    departments: frozenset[str]
    categories: frozenset[Category] | None = None

    @classmethod
    def of(cls, scopes: Iterable[str], categories: Iterable[Category] | None = None) -> "Ceiling":
        """From the scopes of a token. Those that are not ours open nothing."""
        departments = frozenset(scope.removesuffix(READ) for scope in scopes if scope in SCOPES)
        return cls(departments, None if categories is None else frozenset(categories))

    def covers(self, category: Category) -> bool:
        if not category.is_personal:
            return True
        listed = self.categories is None or category in self.categories
        return listed and department_of(category) in self.departments


def narrowed(grant: Grant, ceiling: Ceiling | None) -> Grant:
    """The grant without what is outside the ceiling, and so with a digest of its own."""
    if ceiling is None:
        return grant
    effects = {cell: _under(ceiling, grant.effects, cell) for cell in grant.effects}
    return replace(grant, effects=effects)


def _under(ceiling: Ceiling, effects: Mapping[tuple[Category, Use], Effect], cell: tuple[Category, Use]) -> Effect:
    category, _ = cell
    effect = effects[cell]
    if not effect.shows:
        return effect
    if not ceiling.covers(category):
        return CONTRACT
    # A right to derived data that rests on the right to its source falls with that. One that the policy released
    # from its source, which is then not shown by itself, does not.
    for source in INPUTS.get(category, ()):
        rested_on = effects.get((source, Use.ITEM))
        if rested_on is not None and rested_on.shows and not ceiling.covers(source):
            return replace(DERIVED, rule=CONTRACT.rule, remedy=CONTRACT.remedy)
    return effect
