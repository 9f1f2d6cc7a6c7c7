"""Step-up (RFC 9470): some data asks that whoever asks has proved who they are lately, or in a stronger way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auth.policy.categories import Category

if TYPE_CHECKING:
    from auth.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Proved:
    """What is asked of the last sign-in: no older than so many seconds, and in one of these ways."""

    max_age: int | None = None
    acr_values: tuple[str, ...] = ()

    def is_met(self, viewer: Viewer, now: datetime) -> bool:
        if self.acr_values and viewer.acr not in self.acr_values:
            return False
        if self.max_age is None:
            return True
        # An issuer that does not say when is taken at its word for nothing.
        signed_in = viewer.authenticated_at
        return signed_in is not None and now - signed_in <= timedelta(seconds=self.max_age)

    def asks_for(self, other: Proved) -> bool:
        """Whether it asks at least for what the other asks."""
        is_recent = other.max_age is None or (self.max_age is not None and self.max_age <= other.max_age)
        is_strong = not other.acr_values or (bool(self.acr_values) and {*self.acr_values} <= {*other.acr_values})
        return is_recent and is_strong

    @property
    def told(self) -> str:
        """As people read it."""
        age = [] if self.max_age is None else [f"within {self.max_age} s"]
        return "signed in " + " ".join(age + ([f"by {' or '.join(self.acr_values)}"] if self.acr_values else []))

    def __str__(self) -> str:
        """As a challenge names it."""
        age = "" if self.max_age is None else f', max_age="{self.max_age}"'
        ways = f', acr_values="{" ".join(self.acr_values)}"' if self.acr_values else ""
        return f"{ways}{age}"


NOTHING = Proved()


@dataclass(frozen=True, slots=True)
class StepUp:
    """A rule of the policy: some classes see some categories only when they have proved who they are so."""

    name: str
    classes: frozenset[str]
    categories: frozenset[Category]
    needed: Proved
    article: str


class StepUpNeeded(Exception):
    """The viewer has to sign in again before they are answered."""

    def __init__(self, needed: Proved) -> None:
        super().__init__("Sign in again: what is asked for needs a more recent or stronger sign-in.")
        self.needed = needed


def check(viewer: Viewer, needed: Iterable[Proved], now: datetime) -> None:
    """Raises StepUpNeeded, for the first that is not met."""
    for each in needed:
        if not each.is_met(viewer, now):
            raise StepUpNeeded(each)
