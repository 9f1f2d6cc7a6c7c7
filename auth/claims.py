"""Reads a token's claims strictly: one of a wrong type or out of its time makes the token invalid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from auth.reach import EVERYBODY, Reach, Scope
from auth.viewer import Viewer

LEEWAY = 10
MAX_LIFETIME = 24 * 60 * 60
MAX_TEXT = 255
MAX_PURPOSES = 64
# Which claim says whose data a viewer of limited reach may see.
REACHED_BY = {Reach.LINKED: "contract", Reach.SELF: "customer", Reach.TERRITORY: "territory"}


class InvalidTokenError(Exception):
    """The token is not accepted. The message may be told to whoever sent it: it holds nothing of the token."""


MALFORMED = "The access token is malformed."


@dataclass(frozen=True, slots=True)
class Expected:
    """What every token must say: who issued it, whom it is for, and one of these classes, each with its reach."""

    issuer: str
    audience: str
    classes: Mapping[str, Reach]


def parse(content: bytes) -> dict[str, Any]:
    """A JSON object in which no name occurs twice."""
    try:
        value = json.loads(content.decode(), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidTokenError(MALFORMED) from None
    if not isinstance(value, dict):
        raise InvalidTokenError(MALFORMED)
    return value


def read(claims: Mapping[str, Any], expected: Expected, now: float) -> Viewer:
    """The viewer that valid claims stand for."""
    _check_origin(claims, expected)
    expires_at = _check_times(claims, now)
    _check_nothing_unmet(claims)
    _text(claims, "jti")
    role = _role(claims, expected)
    return Viewer(
        subject=_text(claims, "sub"),
        viewer_class=role,
        purposes=_purposes(claims),
        purpose=None,
        client=_text(claims, "client_id"),
        expires_at=datetime.fromtimestamp(expires_at, UTC),
        scope=_scope(claims, expected.classes[role]),
    )


def _check_origin(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise InvalidTokenError("The access token is from an issuer that is not trusted here.")
    audience = claims.get("aud")
    if audience != expected.audience and not (isinstance(audience, list) and expected.audience in audience):
        raise InvalidTokenError("The access token is for another audience.")


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    starts_at = _time(claims, "nbf") if "nbf" in claims else issued_at
    if expires_at + LEEWAY <= now:
        raise InvalidTokenError("The access token expired.")
    if max(issued_at, starts_at) > now + LEEWAY:
        raise InvalidTokenError("The access token is not valid yet.")
    if not 0 < expires_at - issued_at <= MAX_LIFETIME:
        raise InvalidTokenError("The access token lives longer than is accepted here.")
    return expires_at


def _check_nothing_unmet(claims: Mapping[str, Any]) -> None:
    # A token bound to its sender's key must not pass as one that anybody may bear.
    if "cnf" in claims:
        raise InvalidTokenError("The access token is bound to a key, which is not supported here.")
    if not isinstance(claims.get("scope", ""), str):
        raise InvalidTokenError(MALFORMED)


def _role(claims: Mapping[str, Any], expected: Expected) -> str:
    role = _text(claims, "role")
    if role not in expected.classes:
        raise InvalidTokenError("The access token's role is not known here.")
    return role


def _scope(claims: Mapping[str, Any], reach: Reach) -> Scope:
    """Whose data the viewer may see. A class of limited reach whose token does not say so sees nobody's."""
    if reach is Reach.ALL:
        return EVERYBODY
    by = _text(claims, REACHED_BY[reach])
    if reach is Reach.SELF:
        try:
            by = str(UUID(by))
        except ValueError:
            raise InvalidTokenError(MALFORMED) from None
    return Scope(reach, by)


def _purposes(claims: Mapping[str, Any]) -> frozenset[str]:
    purposes = claims.get("purposes")
    if not isinstance(purposes, list) or len(purposes) > MAX_PURPOSES:
        raise InvalidTokenError(MALFORMED)
    return frozenset(_checked(purpose) for purpose in purposes)


def _text(claims: Mapping[str, Any], name: str) -> str:
    return _checked(claims.get(name))


def _checked(value: object) -> str:
    # Half a surrogate pair is valid JSON that no database or answer could hold. It is not printable either.
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise InvalidTokenError(MALFORMED)
    return value


def _time(claims: Mapping[str, Any], name: str) -> float:
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
