"""A remote issuer with faults: odd keys, outages, slow answers, keys of an attacker."""

import asyncio
import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key

from auth.policy.reach import Reach
from auth.tokens.claims import ExpectedClaims
from auth.tokens.gate import Gate, Issuer
from auth.tokens.keys import TrustedKeys
from auth.tokens.remote_keys import FetchError, RemoteKeys
from auth.tokens.verifier import Verifier

URL = "https://idp.example.com"
AUDIENCE = "urn:customer360"
RESOURCE = "https://customers.example.com/graphql"
CLASSES = {"service_agent": Reach.ALL, "partner_client": Reach.LINKED, "data_subject": Reach.SELF}
ABSENT = object()


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(key: Key | None, header: dict[str, Any], payload: bytes) -> str:
    """A JWS with any header and payload."""
    algorithm = jws.JWSRegistry(algorithms=[header["alg"]]).get_alg(header["alg"])
    text = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{text}.{b64(algorithm.sign(text.encode(), key))}"


class SingleUse:
    """A replay store that two workers share."""

    def __init__(self) -> None:
        self._used: set[bytes] = set()

    async def use_once(self, digest: bytes, until: object) -> bool:
        is_first = digest not in self._used
        self._used.add(digest)
        return is_first


class Elsewhere:
    """Signs tokens and publishes keys. `fetches` counts the requests for keys."""

    def __init__(self, url: str = URL) -> None:
        self.url = url
        self.key = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
        self.published: list[dict[str, Any]] = [dict(self.key.as_dict(private=False))]
        self.fetches = 0
        self.answers: Callable[[], bytes] = lambda: json.dumps({"keys": self.published}).encode()
        self.now = 1000.0

    async def fetch(self, url: str) -> bytes:
        self.fetches += 1
        await asyncio.sleep(0)
        return self.answers()

    def away(self) -> None:
        def fail() -> bytes:
            raise FetchError("no answer in time")

        self.answers = fail

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "kim",
            "client_id": "crm",
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + 600,
            "role": "service_agent",
            "purposes": ["care"],
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not ABSENT}

    def token(self, header: dict[str, Any] | None = None, key: Key | None = None, **changes: Any) -> str:
        described = {"typ": "at+jwt", "alg": "ES256", "kid": "one", **(header or {})}
        kept = {name: value for name, value in described.items() if value is not ABSENT}
        return signed(key or self.key, kept, json.dumps(self.claims(**changes)).encode())

    def issuer(self, **options: Any) -> Issuer:
        verifier = Verifier(ExpectedClaims(self.url, AUDIENCE, CLASSES), TrustedKeys([]), **options)
        return Issuer(verifier, RemoteKeys(f"{self.url}/jwks", self.fetch, lambda: self.now))

    def gate(self, single_use: SingleUse | None = None, **options: Any) -> Gate:
        return Gate([self.issuer(**options)], url=RESOURCE, single_use=single_use or SingleUse())


def proof(key: Key, token: str | None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A valid DPoP proof with the given changes."""
    public = dict(key.as_dict(private=False))
    described = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public, **(header or {})}
    claims = {
        "htm": "POST",
        "htu": RESOURCE,
        "iat": int(time.time()),
        "jti": secrets.token_hex(8),
        "ath": b64(hashlib.sha256((token or "").encode()).digest()),
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not ABSENT}
    return signed(key, {k: v for k, v in described.items() if v is not ABSENT}, json.dumps(kept).encode())
