"""Secrets that this server issues: random, with a prefix for secret scanners, stored as a digest only."""

import hashlib
import hmac
import secrets
from enum import StrEnum


class Prefix(StrEnum):
    """The kind of a secret, so that one found in a log or a repository can be recognized."""

    CLIENT_SECRET = "c360_cs_"  # noqa: S105 - a prefix
    CODE = "c360_ac_"
    REFRESH_TOKEN = "c360_rt_"  # noqa: S105 - a prefix
    SESSION = "c360_se_"


def new_secret(prefix: Prefix) -> str:
    """A new secret of 256 random bits, for which a fast hash is as safe as a slow one."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, *stored: bytes | None) -> bool:
    """Whether the secret has one of the stored digests. Takes constant time."""
    presented = digest(secret)
    return any(each is not None and hmac.compare_digest(presented, each) for each in stored)
