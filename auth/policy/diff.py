"""Compares two policies cell by cell: what a change widens and what it narrows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auth.policy.categories import Category
from auth.policy.effects import Effect, EffectKind, Use
from auth.policy.grant import compile_grant
from auth.policy.reach import Reach
from auth.policy.rules import Policy, ViewerClass
from auth.policy.sign_in import NO_REQUIREMENT, SignInRequirement

_SHOWN = {EffectKind.WITHHOLD: 0, EffectKind.MASK: 1, EffectKind.ALLOW: 2}


class Direction(StrEnum):
    """Widening needs a privacy officer's approval. A change in both directions counts as widening."""

    WIDENS = "widens"
    NARROWS = "narrows"


@dataclass(frozen=True, slots=True)
class Change:
    """A cell whose effect differs in the new policy."""

    viewer_class: str
    purpose: str
    category: Category
    use: Use
    before: Effect
    after: Effect

    @property
    def direction(self) -> Direction:
        return Direction.NARROWS if _within(self.after, self.before) else Direction.WIDENS


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A class whose reach, dry runs or requirements on the sign-in differ in the new policy."""

    viewer_class: str
    before: str
    after: str
    direction: Direction


def class_changes(old: Policy, new: Policy) -> Iterator[ClassChange]:
    """The classes of both policies whose reach or right to dry runs differs."""
    for name in sorted(old.classes.keys() & new.classes.keys()):
        before, after = old.classes[name], new.classes[name]
        if (before.reach, before.may_dry_run) != (after.reach, after.may_dry_run):
            narrows = _reaches_within(after.reach, before.reach) and before.may_dry_run >= after.may_dry_run
            direction = Direction.NARROWS if narrows else Direction.WIDENS
            yield ClassChange(name, _describe_class(before), _describe_class(after), direction)


def step_up_changes(old: Policy, new: Policy) -> Iterator[ClassChange]:
    """The classes of both policies whose requirement on the sign-in differs, by category."""
    for name in sorted(old.classes.keys() & new.classes.keys()):
        before, after = old.sign_in_requirements(name), new.sign_in_requirements(name)
        for category in sorted(before.keys() | after.keys()):
            was, will_be = before.get(category, NO_REQUIREMENT), after.get(category, NO_REQUIREMENT)
            if was != will_be:
                direction = Direction.NARROWS if will_be.includes(was) else Direction.WIDENS
                texts = _describe_requirement(category, was), _describe_requirement(category, will_be)
                yield ClassChange(name, *texts, direction)


def _describe_requirement(category: Category, requirement: SignInRequirement) -> str:
    return f"{category.value} {'at once' if requirement == NO_REQUIREMENT else requirement.describe()}"


def _reaches_within(inner: Reach, outer: Reach) -> bool:
    return inner is outer or outer is Reach.ALL


def _describe_class(viewer_class: ViewerClass) -> str:
    return f"reach {viewer_class.reach.value}" + (", dry runs" if viewer_class.may_dry_run else "")


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    """The cells whose effect differs, by class, purpose, category and use."""
    for viewer_class in sorted({*old.classes, *new.classes}):
        for purpose in sorted({*old.purposes, *new.purposes}):
            before = compile_grant(old, viewer_class, purpose)
            after = compile_grant(new, viewer_class, purpose)
            for category in Category:
                for use in Use:
                    change = Change(
                        viewer_class, purpose, category, use, before.effect(category, use), after.effect(category, use)
                    )
                    if not (_within(change.before, change.after) and _within(change.after, change.before)):
                        yield change


def _within(inner: Effect, outer: Effect) -> bool:
    """Whether the outer effect shows at least the rows and the detail that the inner shows."""
    if not inner.shows:
        return True
    less_hidden = _SHOWN[inner.kind] > _SHOWN[outer.kind] or (outer.mask is not None and inner.mask != outer.mask)
    return outer.shows and not less_hidden and inner.condition.implies(outer.condition)
