"""TokenRights: what a token says its bearer may do. Two of them together are what both allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from auth.oauth.records import Account, Approval, ClientRecord
from auth.policy.reach import Reach
from auth.tokens.claims import REACH_CLAIMS

PARTNER, CUSTOMER = "partner_client", "data_subject"


@dataclass(frozen=True, slots=True)
class TokenRights:
    """The rights of a token. `categories` None is no limit; `reach_claims` limit the rows."""

    role: str
    purposes: frozenset[str]
    scopes: frozenset[str]
    categories: frozenset[str] | None = None
    reach_claims: tuple[tuple[str, str], ...] = ()

    def within(self, purposes: Iterable[str], scopes: Iterable[str], categories: Iterable[str] | None) -> "TokenRights":
        """The rights limited further by the given ones."""
        return TokenRights(
            self.role,
            self.purposes & frozenset(purposes),
            self.scopes & frozenset(scopes),
            _intersect_categories(self.categories, None if categories is None else frozenset(categories)),
            self.reach_claims,
        )

    def claims(self) -> dict[str, Any]:
        held = {} if self.categories is None else {"categories": sorted(self.categories)}
        return {
            "role": self.role,
            "purposes": sorted(self.purposes),
            "scope": " ".join(sorted(self.scopes)),
            **held,
            **dict(self.reach_claims),
        }


def _intersect_categories(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The categories of both lists. None is the list of all categories."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def rights_of_client(client: ClientRecord, scopes: Iterable[str]) -> TokenRights | None:
    """The rights of a client that acts for itself, None for a client that only acts for people."""
    if client.role is None:
        return None
    reach = {REACH_CLAIMS[Reach.LINKED]: client.contract, REACH_CLAIMS[Reach.TERRITORY]: client.territory}
    return TokenRights(
        client.role,
        frozenset(client.purposes),
        frozenset(client.scopes) & frozenset(scopes),
        None if client.categories is None else frozenset(client.categories),
        _present_claims(reach),
    )


def rights_of_account(account: Account, approval: Approval, client: ClientRecord) -> TokenRights:
    """The rights of a client that acts for a person: those that person, contract and approval all allow."""
    customer = None if account.customer_id is None else str(account.customer_id)
    reach = {REACH_CLAIMS[Reach.SELF]: customer, REACH_CLAIMS[Reach.TERRITORY]: account.territory}
    scopes = frozenset(approval.scopes)
    own = TokenRights(account.role, frozenset(account.purposes), scopes, None, _present_claims(reach))
    return own.within(frozenset(approval.purposes) & frozenset(client.purposes), client.scopes, client.categories)


def may_act_for(account: Account, client: ClientRecord) -> bool:
    """Whether the client may act for the account. A partner's application acts for customers, never for staff."""
    return client.contract is None or account.role == CUSTOMER


def _present_claims(reach: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in reach.items() if value is not None)
