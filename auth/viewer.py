"""The viewer: who asks, with which class, and for which of the purposes that their token allows."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from auth.policy.ceiling import Ceiling
from auth.policy.reach import EVERYBODY, RowScope


class PurposeError(ValueError):
    """The viewer cannot act for the named purpose."""


class UnknownPurposeError(PurposeError):
    """The policy has no such purpose."""


class DisallowedPurposeError(PurposeError):
    """The policy has the purpose, but the token does not allow it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Without a purpose no personal data are shown, even if the token allows only one."""

    subject: str
    viewer_class: str
    purposes: frozenset[str]
    purpose: str | None
    client: str | None
    expires_at: datetime
    row_scope: RowScope = EVERYBODY
    # The limit that the scopes and the contract of the application set; None is no limit.
    ceiling: Ceiling | None = None
    # Time and method (`acr`) of the last sign-in, if the issuer states them.
    authenticated_at: datetime | None = None
    acr: str | None = None
    # In a dry run, the class of the person who tries out another class.
    dry_run_by: str | None = None

    def __hash__(self) -> int:
        """Only of the fields that usually differ, because viewers are looked up with every request."""
        return hash((self.subject, self.client, self.purpose))

    def trying_out(self, viewer_class: str, purpose: str, row_scope: RowScope) -> "Viewer":
        """The viewer of a dry run: the same person as another class, marked in the access log."""
        return replace(
            self, viewer_class=viewer_class, purpose=purpose, row_scope=row_scope, dry_run_by=self.viewer_class
        )

    def acting_for(self, purpose: str, known: Collection[str]) -> "Viewer":
        """The viewer for one purpose of their token. Raises PurposeError."""
        if purpose not in known:
            raise UnknownPurposeError(purpose)
        if purpose not in self.purposes:
            raise DisallowedPurposeError(purpose)
        return _acting(self, purpose)


# Cached because requests repeat the same few pairs of viewer and purpose.
@lru_cache(maxsize=2048)
def _acting(viewer: Viewer, purpose: str) -> Viewer:
    return replace(viewer, purpose=purpose)
