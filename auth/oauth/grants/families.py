"""Families: the tokens of one approval, which are issued alike and revoked together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth.oauth import rights
from auth.oauth.clients.client import REFRESH_TOKEN
from auth.oauth.errors import InvalidGrantError
from auth.oauth.passwords import ACR
from auth.oauth.records import Account, Approval
from auth.oauth.requests import Request

if TYPE_CHECKING:
    from auth.oauth.authority import Authority


def approving_account(authority: Authority, approval: Approval) -> Account:
    """The account that approved. Raises InvalidGrantError if it was disabled."""
    account = authority.wait(authority.store.account(approval.account_id))
    if account is None or account.disabled_at is not None:
        raise InvalidGrantError("Whoever approved this has no account any more.")
    return account


def issue_tokens(
    authority: Authority, request: Request, account: Account, approval: Approval, scope: str | None = None
) -> dict[str, str | int]:
    """An access token, and a refresh token if the client is registered for them."""
    assert request.client is not None
    granted = rights.rights_of_account(account, approval, request.client.record)
    if scope:
        granted = granted.within(granted.purposes, scope.split(), None)
    token = authority.access_token(
        request,
        granted,
        str(account.id),
        approval=str(approval.id),
        auth_time=int(approval.authenticated_at.timestamp()),
        acr=ACR,
    )
    if request.client.check_grant_type(REFRESH_TOKEN):
        token["refresh_token"] = authority.refresh_token(request, approval.id)
    return token
