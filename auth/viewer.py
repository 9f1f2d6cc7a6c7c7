"""The viewer: who asks, as which class, and for which of the purposes that their token allows."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from auth.policy.ceiling import Ceiling
from auth.policy.reach import EVERYBODY, RowScope


class PurposeError(ValueError):
    """The purpose that was named cannot be acted for."""


class UnknownPurposeError(PurposeError):
    """No such purpose is in the policy."""


class DisallowedPurposeError(PurposeError):
    """The policy knows the purpose; the token does not allow it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. With no purpose they see nothing personal, even when their token allows only one."""

    subject: str
    viewer_class: str
    purposes: frozenset[str]
    purpose: str | None
    client: str | None
    expires_at: datetime
    row_scope: RowScope = EVERYBODY
    # What the contract and scopes of their application leave of what they may see; None leaves all of it.
    ceiling: Ceiling | None = None
    # When they last proved who they are, and how, where the issuer tells.
    authenticated_at: datetime | None = None
    acr: str | None = None
    # The class of who really asks, where they try out what another class would see.
    dry_run_by: str | None = None

    def __hash__(self) -> int:
        """Of what tells viewers apart as a rule: they are looked up with every request."""
        return hash((self.subject, self.client, self.purpose))

    def trying_out(self, viewer_class: str, purpose: str, row_scope: RowScope) -> "Viewer":
        """A dry run: the same person, seeing exactly what another class would, and marked as doing so in the log."""
        return replace(
            self, viewer_class=viewer_class, purpose=purpose, row_scope=row_scope, dry_run_by=self.viewer_class
        )

    def acting_for(self, purpose: str, known: Collection[str]) -> "Viewer":
        """The same viewer, acting for one purpose of their token."""
        if purpose not in known:
            raise UnknownPurposeError(purpose)
        if purpose not in self.purposes:
            raise DisallowedPurposeError(purpose)
        return _acting(self, purpose)


# The same few viewers act for the same few purposes, request after request.
@lru_cache(maxsize=2048)
def _acting(viewer: Viewer, purpose: str) -> Viewer:
    return replace(viewer, purpose=purpose)
