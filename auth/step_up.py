"""Step-up (RFC 9470): refuses a request until the viewer has signed in recently or strongly enough."""

from collections.abc import Iterable
from datetime import datetime

from auth.policy.sign_in import SignInRequirement
from auth.viewer import Viewer


class StepUpNeeded(Exception):
    """The viewer has to sign in again before the request is answered."""

    def __init__(self, requirement: SignInRequirement) -> None:
        super().__init__("Sign in again: what is asked for needs a more recent or stronger sign-in.")
        self.requirement = requirement


def check_sign_in(viewer: Viewer, requirements: Iterable[SignInRequirement], now: datetime) -> None:
    """Raises StepUpNeeded for the first requirement that the viewer's sign-in does not meet."""
    for each in requirements:
        if not each.is_met(viewer.authenticated_at, viewer.acr, now):
            raise StepUpNeeded(each)
