"""Reads the claims of a token. A claim of a wrong type or an expired time makes the token invalid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from auth.policy.categories import Category
from auth.policy.ceiling import SCOPES, Ceiling
from auth.policy.reach import EVERYBODY, Reach, RowScope
from auth.viewer import Viewer

# The default of an issuer, and the most that its entry may set.
LEEWAY_SECONDS, MAX_LEEWAY_SECONDS = 10, 60
MAX_LIFETIME_SECONDS = 24 * 60 * 60
MAX_TEXT_LENGTH = 255
MAX_PURPOSES = 64
MAX_CATEGORIES = 128
# The claims that a revocation may name, and the time that it is compared with.
REVOCABLE_CLAIMS = ("iss", "jti", "approval", "client_id", "sub", "iat", "derived_from")
# The claim that limits the rows of a viewer, by reach.
REACH_CLAIMS = {Reach.LINKED: "contract", Reach.SELF: "customer", Reach.TERRITORY: "territory"}


class InvalidTokenError(Exception):
    """The token is not accepted. The message is safe to send to the client: it holds nothing of the token."""


MALFORMED = "The access token is malformed."


@dataclass(frozen=True, slots=True)
class ExpectedClaims:
    """The issuer, audience and viewer classes that a token may name.

    With `scoped` the scopes of the issuer are ours, and a token opens no personal data beyond them.
    """

    issuer: str
    audience: str
    classes: Mapping[str, Reach]
    scoped: bool = False
    # Whether every token must have a `jti`; without it, a token cannot be revoked by itself.
    has_ids: bool = True
    # Seconds by which the clock of the issuer may differ from ours.
    leeway: int = LEEWAY_SECONDS


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token whose signature and claims are valid. The sender's key and revocations are still to be checked."""

    viewer: Viewer
    # The thumbprint of the key that the token is bound to, if any.
    key: str | None
    # The claims that a revocation may name.
    revocable: Mapping[str, Any]


def parse(content: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises InvalidTokenError for other JSON, and for a name that occurs twice."""
    try:
        value = json.loads(content.decode(), object_pairs_hook=_distinct_names, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidTokenError(MALFORMED) from None
    if not isinstance(value, dict):
        raise InvalidTokenError(MALFORMED)
    return value


def read(claims: Mapping[str, Any], expected: ExpectedClaims, now: float) -> VerifiedToken:
    """The viewer that the claims describe. Raises InvalidTokenError."""
    _check_origin(claims, expected)
    expires_at = _check_times(claims, now, expected.leeway)
    if expected.has_ids or "jti" in claims:
        _text(claims, "jti")
    role = _role(claims, expected)
    viewer = Viewer(
        subject=_text(claims, "sub"),
        viewer_class=role,
        purposes=_words(claims, "purposes", MAX_PURPOSES),
        purpose=None,
        client=_text(claims, "client_id"),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
        row_scope=_row_scope(claims, expected.classes[role]),
        ceiling=_ceiling(claims, expected),
        authenticated_at=_authenticated_at(claims, now + expected.leeway),
        acr=_text(claims, "acr") if "acr" in claims else None,
    )
    return VerifiedToken(viewer, _bound_key(claims), _revocable(claims, expected))


def _revocable(claims: Mapping[str, Any], expected: ExpectedClaims) -> Mapping[str, Any]:
    """The claims that revocations name. `iat` is moved back by the leeway that exceeds the default.

    A revocation of a client or subject covers tokens issued up to LEEWAY_SECONDS later, for clocks that are ahead.
    """
    named = {name: claims[name] for name in REVOCABLE_CLAIMS if name in claims}
    return named | {"iat": claims["iat"] - max(0, expected.leeway - LEEWAY_SECONDS)}


def _check_origin(claims: Mapping[str, Any], expected: ExpectedClaims) -> None:
    if claims.get("iss") != expected.issuer:
        raise InvalidTokenError("The access token is from an issuer that is not trusted here.")
    audience = claims.get("aud")
    if audience != expected.audience and not (isinstance(audience, list) and expected.audience in audience):
        raise InvalidTokenError("The access token is for another audience.")


def _check_times(claims: Mapping[str, Any], now: float, leeway: int) -> float:
    expires_at, issued_at = time_claim(claims, "exp"), time_claim(claims, "iat")
    if expires_at + leeway <= now:
        raise InvalidTokenError("The access token expired.")
    check_started(claims, now, leeway)
    if not 0 < expires_at - issued_at <= MAX_LIFETIME_SECONDS:
        raise InvalidTokenError("The access token lives longer than is accepted here.")
    return expires_at


def check_started(claims: Mapping[str, Any], now: float, leeway: int = LEEWAY_SECONDS) -> None:
    """Raises InvalidTokenError if `nbf` or `iat`, where present, is in the future or no number."""
    if any(time_claim(claims, name) > now + leeway for name in ("iat", "nbf") if name in claims):
        raise InvalidTokenError("The access token is not valid yet.")


def _bound_key(claims: Mapping[str, Any]) -> str | None:
    """The thumbprint of the key that the token is bound to. Raises InvalidTokenError for an unsupported binding."""
    if "cnf" not in claims:
        return None
    bound = claims["cnf"]
    if not isinstance(bound, dict) or set(bound) != {"jkt"}:
        raise InvalidTokenError("The access token is bound to a key in a way that is not supported here.")
    return _checked_text(bound["jkt"])


def _ceiling(claims: Mapping[str, Any], expected: ExpectedClaims) -> Ceiling | None:
    """The limit by our scopes, if the issuer uses them, and by the categories that the token lists."""
    categories = None
    if "categories" in claims:
        words = _words(claims, "categories", MAX_CATEGORIES)
        categories = [category for category in Category if category in words]
    if not expected.scoped:
        return None if categories is None else Ceiling(frozenset(SCOPES), frozenset(categories))
    return Ceiling.of(_scopes(claims), categories)


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """The words of `scope`: a text, or a list of texts as some issuers write it."""
    scope = claims.get("scope", "")
    words = scope.split(" ") if isinstance(scope, str) else scope
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidTokenError(MALFORMED)
    return words


def _authenticated_at(claims: Mapping[str, Any], latest: float) -> datetime | None:
    """A sign-in in the future would count as recent for ever, so such a token is invalid."""
    if "auth_time" not in claims:
        return None
    seconds = time_claim(claims, "auth_time")
    if seconds > latest:
        raise InvalidTokenError("The access token names a sign-in in the future.")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidTokenError(MALFORMED) from None


def _role(claims: Mapping[str, Any], expected: ExpectedClaims) -> str:
    role = _text(claims, "role")
    if role not in expected.classes:
        raise InvalidTokenError("The access token's role is not known here.")
    return role


def _row_scope(claims: Mapping[str, Any], reach: Reach) -> RowScope:
    """The rows that the viewer may see. A token of a limited class without the claim of its reach is invalid."""
    if reach is Reach.ALL:
        return EVERYBODY
    by = _text(claims, REACH_CLAIMS[reach])
    if reach is Reach.SELF:
        try:
            by = str(UUID(by))
        except ValueError:
            raise InvalidTokenError(MALFORMED) from None
    return RowScope(reach, by)


def _words(claims: Mapping[str, Any], name: str, max_words: int) -> frozenset[str]:
    words = claims.get(name)
    if not isinstance(words, list) or len(words) > max_words:
        raise InvalidTokenError(MALFORMED)
    return frozenset(_checked_text(word) for word in words)


def _text(claims: Mapping[str, Any], name: str) -> str:
    return _checked_text(claims.get(name))


def _checked_text(value: object) -> str:
    # `isprintable` also refuses half a surrogate pair, which is valid JSON but cannot be encoded as UTF-8.
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT_LENGTH or not value.isprintable():
        raise InvalidTokenError(MALFORMED)
    return value


def time_claim(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    # Bounded before the conversion, because a JSON integer may be too large for a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise InvalidTokenError(MALFORMED)
    return float(value)


def _distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name occurs twice")
    return names


def _refuse_constant(constant: str) -> float:
    raise ValueError(constant)
