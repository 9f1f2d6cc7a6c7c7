"""The development issuer: mints access tokens for a machine without an authorization server."""

import secrets
import time
from collections.abc import Collection, Mapping

from joserfc import jwt
from joserfc.jwk import ECKey

from auth.policy.reach import Reach
from auth.tokens.claims import MAX_LIFETIME_SECONDS, REACH_CLAIMS, ExpectedClaims

CLIENT = "customer360-cli"
MAX_MINUTES = MAX_LIFETIME_SECONDS // 60


class MintError(ValueError):
    """The arguments make no valid token. The message names the remedy."""


def mint(
    key: ECKey,
    expected: ExpectedClaims,
    *,
    role: str,
    purposes: Collection[str],
    subject: str | None = None,
    reach_claims: Mapping[str, str] | None = None,
    minutes: int = 480,
    now: float | None = None,
) -> str:
    """A signed token for one role and its purposes. Raises MintError."""
    if role not in expected.classes:
        raise MintError(f"there is no role {role}; there are {', '.join(sorted(expected.classes))}")
    if not 1 <= minutes <= MAX_MINUTES:
        raise MintError(f"a token lives between 1 and {MAX_MINUTES} minutes")
    _check_reach(role, expected.classes[role], reach_claims or {})
    issued_at = int(time.time() if now is None else now)
    claims = {
        "iss": expected.issuer,
        "aud": expected.audience,
        "sub": subject or f"development:{role}",
        "client_id": CLIENT,
        "role": role,
        "purposes": sorted(purposes),
        "iat": issued_at,
        "exp": issued_at + minutes * 60,
        # Access to the key file counts as a sign-in on this machine.
        "auth_time": issued_at,
        "jti": secrets.token_urlsafe(16),
        **(reach_claims or {}),
    }
    header = {"typ": "at+jwt", "alg": "ES256", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def _check_reach(role: str, reach: Reach, given: Mapping[str, str]) -> None:
    """A class of limited reach needs the claim of its reach, and other classes take none."""
    wanted = {REACH_CLAIMS[reach]} if reach in REACH_CLAIMS else set()
    if wanted != set(given):
        needed = f"needs a {wanted.pop()}" if wanted else "sees all customers, and is not limited to some"
        raise MintError(f"the role {role} {needed}")
