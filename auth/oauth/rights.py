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
    """A viewer class, the purposes and scopes it has, the categories it is held to, and whose data it reaches."""

    role: str
    purposes: frozenset[str]
    scopes: frozenset[str]
    categories: frozenset[str] | None = None
    reach_claims: tuple[tuple[str, str], ...] = ()

    def within(self, purposes: Iterable[str], scopes: Iterable[str], categories: Iterable[str] | None) -> "TokenRights":
        """The same role, held to these ceilings besides its own."""
        return TokenRights(
            self.role,
            self.purposes & frozenset(purposes),
            self.scopes & frozenset(scopes),
            both(self.categories, None if categories is None else frozenset(categories)),
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


def both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """What both lists allow; None is the list of everything."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def of_client(client: ClientRecord, scopes: Iterable[str]) -> TokenRights | None:
    """What a client may do by itself. None for one that only acts for people."""
    if client.role is None:
        return None
    reached = {REACH_CLAIMS[Reach.LINKED]: client.contract, REACH_CLAIMS[Reach.TERRITORY]: client.territory}
    return TokenRights(
        client.role,
        frozenset(client.purposes),
        frozenset(client.scopes) & frozenset(scopes),
        None if client.categories is None else frozenset(client.categories),
        _given(reached),
    )


def of_account(account: Account, approval: Approval, client: ClientRecord) -> TokenRights:
    """What a person lets a client do for them: never more than they may, than it may, or than they approved."""
    customer = None if account.customer_id is None else str(account.customer_id)
    reached = {REACH_CLAIMS[Reach.SELF]: customer, REACH_CLAIMS[Reach.TERRITORY]: account.territory}
    own = TokenRights(account.role, frozenset(account.purposes), frozenset(approval.scopes), None, _given(reached))
    return own.within(frozenset(approval.purposes) & frozenset(client.purposes), client.scopes, client.categories)


def may_act_for(account: Account, client: ClientRecord) -> bool:
    """A partner's application acts for customers, who decide about their own data. Staff cannot lend it theirs."""
    return client.contract is None or account.role == CUSTOMER


def _given(reached: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in reached.items() if value is not None)
