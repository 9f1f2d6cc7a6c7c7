"""Requirements on the viewer's last sign-in (step-up authentication, RFC 9470)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth.policy.categories import Category


@dataclass(frozen=True, slots=True)
class SignInRequirement:
    """Requirement on the last sign-in: maximum age in seconds, accepted `acr` values."""

    max_age: int | None = None
    acr_values: tuple[str, ...] = ()

    def is_met(self, authenticated_at: datetime | None, acr: str | None, now: datetime) -> bool:
        """Without `authenticated_at`, the sign-in does not count as recent."""
        if self.acr_values and acr not in self.acr_values:
            return False
        if self.max_age is None:
            return True
        return authenticated_at is not None and now - authenticated_at <= timedelta(seconds=self.max_age)

    def includes(self, other: SignInRequirement) -> bool:
        """Whether every sign-in that meets this requirement meets the other too."""
        is_recent = other.max_age is None or (self.max_age is not None and self.max_age <= other.max_age)
        is_strong = not other.acr_values or (bool(self.acr_values) and {*self.acr_values} <= {*other.acr_values})
        return is_recent and is_strong

    def describe(self) -> str:
        """The requirement in words, for the command line and reports."""
        age = [] if self.max_age is None else [f"within {self.max_age} s"]
        return "signed in " + " ".join(age + ([f"by {' or '.join(self.acr_values)}"] if self.acr_values else []))

    def challenge_parameters(self) -> str:
        """The parameters of a WWW-Authenticate challenge (RFC 9470 section 3), each after a comma."""
        age = "" if self.max_age is None else f', max_age="{self.max_age}"'
        ways = f', acr_values="{" ".join(self.acr_values)}"' if self.acr_values else ""
        return f"{ways}{age}"


NO_REQUIREMENT = SignInRequirement()


def describe_requirements(requirements: Iterable[SignInRequirement]) -> str:
    """All of them in words; empty for none."""
    return ", and ".join(each.describe() for each in requirements)


@dataclass(frozen=True, slots=True)
class StepUp:
    """A rule of the policy: the classes see the categories only after a sign-in that meets the requirement."""

    name: str
    classes: frozenset[str]
    categories: frozenset[Category]
    requirement: SignInRequirement
    article: str
