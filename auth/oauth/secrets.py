"""Secrets that this server gives out: random, marked by a prefix that scanners know, kept as a digest only."""

import hashlib
import hmac
import secrets
from enum import StrEnum


class Prefix(StrEnum):
    """What a secret is for. Whoever finds one in a log or a repository can tell whose it is."""

    CLIENT_SECRET = "c360_cs_"  # noqa: S105 - a prefix
    CODE = "c360_ac_"
    REFRESH_TOKEN = "c360_rt_"  # noqa: S105 - a prefix
    SESSION = "c360_se_"


def new(prefix: Prefix) -> str:
    """256 random bits: too many to guess, so that a plain hash of them is as good as a slow one."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, *kept: bytes | None) -> bool:
    """Whether it is one of those that are kept, in a time that says nothing of them."""
    given = digest(secret)
    return any(each is not None and hmac.compare_digest(given, each) for each in kept)
