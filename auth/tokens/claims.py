"""Reads a token's claims strictly: one of a wrong type or out of its time makes the token invalid."""

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

LEEWAY_SECONDS = 10
MAX_LIFETIME_SECONDS = 24 * 60 * 60
MAX_TEXT_LENGTH = 255
MAX_PURPOSES = 64
MAX_CATEGORIES = 128
# What a revocation may name, and the time that it is compared with.
REVOCABLE_CLAIMS = ("iss", "jti", "approval", "client_id", "sub", "iat")
# Which claim says whose data a viewer of limited reach may see.
REACH_CLAIMS = {Reach.LINKED: "contract", Reach.SELF: "customer", Reach.TERRITORY: "territory"}


class InvalidTokenError(Exception):
    """The token is not accepted. The message may be told to whoever sent it: it holds nothing of the token."""


MALFORMED = "The access token is malformed."


@dataclass(frozen=True, slots=True)
class ExpectedClaims:
    """What every token must say: who issued it, whom it is for, and one of these classes, each with its reach.

    With `scoped` the issuer's scopes are ours, and a token shows nothing personal beyond them.
    """

    issuer: str
    audience: str
    classes: Mapping[str, Reach]
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that holds: the viewer that it stands for, and what else its bearer must show or may have lost."""

    viewer: Viewer
    # The thumbprint of the key that it is bound to.
    key: str | None
    # The claims that a revocation may name.
    revocable: Mapping[str, Any]


def parse(content: bytes) -> dict[str, Any]:
    """A JSON object in which no name occurs twice."""
    try:
        value = json.loads(content.decode(), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidTokenError(MALFORMED) from None
    if not isinstance(value, dict):
        raise InvalidTokenError(MALFORMED)
    return value


def read(claims: Mapping[str, Any], expected: ExpectedClaims, now: float) -> VerifiedToken:
    """The viewer that valid claims stand for."""
    _check_origin(claims, expected)
    expires_at = _check_times(claims, now)
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
        authenticated_at=_authenticated_at(claims),
        acr=_text(claims, "acr") if "acr" in claims else None,
    )
    return VerifiedToken(viewer, _key(claims), {name: claims[name] for name in REVOCABLE_CLAIMS if name in claims})


def _check_origin(claims: Mapping[str, Any], expected: ExpectedClaims) -> None:
    if claims.get("iss") != expected.issuer:
        raise InvalidTokenError("The access token is from an issuer that is not trusted here.")
    audience = claims.get("aud")
    if audience != expected.audience and not (isinstance(audience, list) and expected.audience in audience):
        raise InvalidTokenError("The access token is for another audience.")


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires_at, issued_at = time_claim(claims, "exp"), time_claim(claims, "iat")
    starts_at = time_claim(claims, "nbf") if "nbf" in claims else issued_at
    if expires_at + LEEWAY_SECONDS <= now:
        raise InvalidTokenError("The access token expired.")
    if max(issued_at, starts_at) > now + LEEWAY_SECONDS:
        raise InvalidTokenError("The access token is not valid yet.")
    if not 0 < expires_at - issued_at <= MAX_LIFETIME_SECONDS:
        raise InvalidTokenError("The access token lives longer than is accepted here.")
    return expires_at


def _key(claims: Mapping[str, Any]) -> str | None:
    """Whose key the token is bound to. Bound in a way that we cannot check, it must not pass as one that is not."""
    if "cnf" not in claims:
        return None
    bound = claims["cnf"]
    if not isinstance(bound, dict) or set(bound) != {"jkt"}:
        raise InvalidTokenError("The access token is bound to a key in a way that is not supported here.")
    return _checked(bound["jkt"])


def _ceiling(claims: Mapping[str, Any], expected: ExpectedClaims) -> Ceiling | None:
    """What the scopes leave, where they are ours, and the categories, where the token lists them."""
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise InvalidTokenError(MALFORMED)
    categories = None
    if "categories" in claims:
        words = _words(claims, "categories", MAX_CATEGORIES)
        categories = [category for category in Category if category in words]
    if not expected.scoped:
        return None if categories is None else Ceiling(frozenset(SCOPES), frozenset(categories))
    return Ceiling.of(scope.split(" "), categories)


def _authenticated_at(claims: Mapping[str, Any]) -> datetime | None:
    if "auth_time" not in claims:
        return None
    try:
        return datetime.fromtimestamp(time_claim(claims, "auth_time"), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidTokenError(MALFORMED) from None


def _role(claims: Mapping[str, Any], expected: ExpectedClaims) -> str:
    role = _text(claims, "role")
    if role not in expected.classes:
        raise InvalidTokenError("The access token's role is not known here.")
    return role


def _row_scope(claims: Mapping[str, Any], reach: Reach) -> RowScope:
    """Whose data the viewer may see. A class of limited reach whose token does not say so sees nobody's."""
    if reach is Reach.ALL:
        return EVERYBODY
    by = _text(claims, REACH_CLAIMS[reach])
    if reach is Reach.SELF:
        try:
            by = str(UUID(by))
        except ValueError:
            raise InvalidTokenError(MALFORMED) from None
    return RowScope(reach, by)


def _words(claims: Mapping[str, Any], name: str, most: int) -> frozenset[str]:
    words = claims.get(name)
    if not isinstance(words, list) or len(words) > most:
        raise InvalidTokenError(MALFORMED)
    return frozenset(_checked(word) for word in words)


def _text(claims: Mapping[str, Any], name: str) -> str:
    return _checked(claims.get(name))


def _checked(value: object) -> str:
    # Half a surrogate pair is valid JSON that no database or answer could hold. It is not printable either.
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT_LENGTH or not value.isprintable():
        raise InvalidTokenError(MALFORMED)
    return value


def time_claim(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    # Bounded before it becomes a float: JSON knows integers that no float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise InvalidTokenError(MALFORMED)
    return float(value)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name occurs twice")
    return names


def _refuse(constant: str) -> float:
    raise ValueError(constant)
