"""`python -m bench.tokens`: processor time of a token for a request, by algorithm."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from auth.policy.reach import Reach
from auth.tokens import dpop
from auth.tokens.claims import ExpectedClaims
from auth.tokens.dpop import ProofTarget
from auth.tokens.gate import Gate, Issuer, PresentedToken
from auth.tokens.keys import TrustedKeys
from auth.tokens.signatures import REGISTRY
from auth.tokens.verifier import Verifier

ISSUER, AUDIENCE, URL = "https://idp.example.com", "urn:customer360", "https://customers.example.com/graphql"
EXPECTED = ExpectedClaims(ISSUER, AUDIENCE, {"service_agent": Reach.ALL}, scoped=True)
REPETITIONS, ROUNDS = 200, 7

KEYS: dict[str, Callable[[], Key]] = {
    "RS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "PS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
}


def sign(key: Key, algorithm: str, typ: str, **claims: object) -> str:
    header: dict[str, Any] = {"typ": typ, "alg": algorithm, "kid": key.kid}
    if typ == dpop.TYPE:
        header |= {"jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, registry=REGISTRY)


def token(key: Key, algorithm: str) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "kim", "client_id": "crm", "jti": secrets.token_urlsafe(16)}
    rights = {"role": "service_agent", "purposes": ["care"], "scope": "core:read finance:read sales:read"}
    return sign(key, algorithm, "at+jwt", **claims, **rights, iat=now, exp=now + 600)


def proof(key: Key, algorithm: str, for_token: str) -> str:
    claims = {"htm": "POST", "htu": URL, "iat": int(time.time()), "jti": secrets.token_urlsafe(16)}
    return sign(key, algorithm, dpop.TYPE, **claims, ath=dpop.hash_of(for_token))


async def microseconds(work: Callable[[], Awaitable[object]]) -> float:
    """Processor time of one call: the median of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(REPETITIONS):
            await work()
        rounds.append((time.process_time() - began) / REPETITIONS * 1e6)
    return median(rounds)


async def figures(algorithm: str) -> tuple[float, float, float]:
    """Microseconds for a new token, a cached token, and a proof of possession, which is never cached."""
    key = KEYS[algorithm]()
    verifier = Verifier(EXPECTED, TrustedKeys([key]))
    gate, presented = Gate([Issuer(verifier)]), PresentedToken(token(key, algorithm))
    dpop_proof = proof(key, algorithm, presented.token)

    async def first() -> object:
        verifier.forget()
        return await gate.admit(presented)

    async def possession() -> object:
        return dpop.read(dpop_proof, ProofTarget("POST", URL, presented.token), datetime.now(UTC))

    return await microseconds(first), await microseconds(lambda: gate.admit(presented)), await microseconds(possession)


async def main() -> None:
    print("| algorithm | new | cached | DPoP proof |\n|---|---|---|---|")
    for algorithm in KEYS:
        print(f"| {algorithm} | " + " | ".join(f"{each:.0f} µs" for each in await figures(algorithm)) + " |")


if __name__ == "__main__":
    asyncio.run(main())
