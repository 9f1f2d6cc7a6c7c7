"""What a change of the policy widens and what it narrows, cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from auth.categories import Category
from auth.effects import Effect, EffectKind, Use
from auth.grant import compile_grant
from auth.policy import Policy

_SHOWN = {EffectKind.WITHHOLD: 0, EffectKind.MASK: 1, EffectKind.ALLOW: 2}


class Direction(StrEnum):
    """Widening needs a privacy officer's approval; what does both widens."""

    WIDENS = "widens"
    NARROWS = "narrows"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the new policy decides otherwise."""

    viewer_class: str
    purpose: str
    category: Category
    use: Use
    before: Effect
    after: Effect

    @property
    def direction(self) -> Direction:
        return Direction.NARROWS if _within(self.after, self.before) else Direction.WIDENS


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    """The cells whose effect is another, by class, purpose, category and use."""
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
    """Whatever the inner effect shows, the outer shows too: of no other rows, and no less hidden."""
    if not inner.shows:
        return True
    less_hidden = _SHOWN[inner.kind] > _SHOWN[outer.kind] or (outer.mask is not None and inner.mask != outer.mask)
    return outer.shows and not less_hidden and inner.condition.implies(outer.condition)
