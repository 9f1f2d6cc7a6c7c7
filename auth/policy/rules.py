"""The policy: which classes may use which data for which purpose. A cell without a rule is withheld."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from auth.policy.categories import Category
from auth.policy.effects import Condition, Effect, EffectKind, Mask, Use
from auth.policy.flags import Flag
from auth.policy.reach import Reach
from auth.policy.sign_in import SignInRequirement, StepUp

CONDITIONS: Mapping[str, tuple[Flag, bool]] = {
    "consents_direct_marketing": (Flag.CONSENTS_DIRECT_MARKETING, True),
    "consents_profiling": (Flag.CONSENTS_PROFILING, True),
    "consents_partner_sharing": (Flag.CONSENTS_PARTNER_SHARING, True),
    "consents_special_categories": (Flag.CONSENTS_SPECIAL_CATEGORIES, True),
    "no_objection_to_direct_marketing": (Flag.OBJECTS_DIRECT_MARKETING, False),
    "no_objection": (Flag.OBJECTS_LEGITIMATE_INTEREST, False),
    "unrestricted": (Flag.RESTRICTED, False),
    "not_held": (Flag.HELD, False),
    "adult": (Flag.MINOR, False),
}


def is_met(word: str, flags: int) -> bool:
    """Whether a customer with these flags meets the condition that the policy words so."""
    flag, is_set = CONDITIONS[word]
    return bool(flags & flag) is is_set


def conditions_in(condition: Condition, bits: int = -1) -> list[str]:
    """The words of the policy for a condition, limited to `bits`."""
    return [
        word
        for word, (flag, is_set) in CONDITIONS.items()
        if condition.bits & bits & flag and bool(condition.want & flag) is is_set
    ]


class PolicyError(ValueError):
    """The policy cannot be used. The message names the place in the file and the remedy."""


@dataclass(frozen=True, slots=True)
class ViewerClass:
    """A kind of viewer: a staff role with its department, a partner, or the data subject.

    `may_dry_run` lets it try out what another class sees.
    """

    name: str
    title: str
    department: str
    reach: Reach
    may_dry_run: bool


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of processing, with its legal basis."""

    name: str
    title: str
    dpv: str
    basis: str
    article: str


Cell = tuple[str, str, Category, Use]


@dataclass(frozen=True, slots=True)
class Rule:
    """One effect for the cells of the named classes, purposes, categories and uses.

    `release` is the reason why derived data may be shown to classes that may not see its sources.
    """

    name: str
    classes: frozenset[str]
    purposes: frozenset[str]
    categories: frozenset[Category]
    uses: frozenset[Use]
    effect: EffectKind
    mask: Mask | None
    condition: Condition
    article: str
    release: str | None

    def cells(self) -> Iterator[Cell]:
        return product(self.classes, self.purposes, self.categories, self.uses)

    def to_effect(self) -> Effect:
        remedy = "A rule withholds this from your role." if self.effect is EffectKind.WITHHOLD else None
        return Effect(self.effect, self.name, self.article, self.mask, self.condition, remedy)


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy. `version` is a hash of the file; access records and plan keys name it."""

    version: str
    classes: Mapping[str, ViewerClass]
    purposes: Mapping[str, Purpose]
    rules: tuple[Rule, ...]
    cells: Mapping[Cell, Rule]
    step_ups: tuple[StepUp, ...] = ()

    def sign_in_requirements(self, viewer_class: str) -> Mapping[Category, SignInRequirement]:
        """The requirement of each category that has one for this class."""
        applicable = (each for each in self.step_ups if viewer_class in each.classes)
        return {category: each.requirement for each in applicable for category in each.categories}
