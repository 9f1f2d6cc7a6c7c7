"""Step-up (RFC 9470): some data asks that whoever asks has proved who they are lately, or in a stronger way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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

    def __str__(self) -> str:
        """As a challenge names it."""
        age = "" if self.max_age is None else f', max_age="{self.max_age}"'
        ways = f', acr_values="{" ".join(self.acr_values)}"' if self.acr_values else ""
        return f"{ways}{age}"


class StepUpNeeded(Exception):
    """The viewer has to sign in again before they are answered."""

    def __init__(self, needed: Proved) -> None:
        super().__init__("Sign in again: what is asked for needs a more recent or stronger sign-in.")
        self.needed = needed


def check(viewer: Viewer, needed: Proved, now: datetime) -> None:
    """Raises StepUpNeeded."""
    if not needed.is_met(viewer, now):
        raise StepUpNeeded(needed)
