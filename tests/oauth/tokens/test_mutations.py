"""A hundred thousand valid tokens with one change each: every one is refused, and none causes an internal error."""

import base64
import json
import random
from datetime import UTC, datetime

import pytest

from auth.tokens.claims import InvalidTokenError
from auth.tokens.dpop import InvalidProofError, ProofTarget, read
from auth.tokens.gate import PresentedToken
from tests.oauth.elsewhere import Elsewhere, b64, proof

ALPHABET = "ABCXYZabcxyz0189-_.=+/ \n\0é\ud800"
TIMES = 100_000


@pytest.mark.slow
async def test_no_mutant_is_let_in() -> None:
    rng, idp = random.Random(360), Elsewhere()  # noqa: S311 - not secret
    gate, token = idp.gate(), idp.token()
    assert (await gate.admit(PresentedToken(token))).subject == "kim"
    for _ in range(TIMES):
        mutant = mutated(rng, token)
        if mutant == token:
            continue
        with pytest.raises(InvalidTokenError):
            await gate.admit(PresentedToken(mutant))


def mutated(rng: random.Random, token: str) -> str:
    match rng.randrange(5):
        case 0:
            at = rng.randrange(len(token))
            return token[:at] + rng.choice(ALPHABET) + token[at + 1 :]
        case 1:
            at = rng.randrange(len(token))
            return token[:at] + token[at + rng.randrange(1, 9) :]
        case 2:
            at, to = sorted(rng.sample(range(len(token)), 2))
            return token[:at] + token[at:to][::-1] + token[to:]
        case 3:
            at = rng.randrange(len(token))
            return token[:at] + rng.choice(ALPHABET) * rng.randrange(1, 5) + token[at:]
        case _:
            return with_another_claim(rng, token)


def with_another_claim(rng: random.Random, token: str) -> str:
    """A segment that is changed and encoded again, so that it is still JSON."""
    parts = token.split(".")
    which = rng.randrange(2)
    content = json.loads(base64.urlsafe_b64decode(parts[which] + "=="))
    name = rng.choice([*content, "cnf", "crit", "jwk", "scope"])
    content[name] = rng.choice([None, True, 0, -1, 1e300, "", "none", "HS256", "x" * 300, [], {}, [name], {name: name}])
    parts[which] = b64(json.dumps(content).encode())
    return ".".join(parts)


@pytest.mark.slow
async def test_no_mutant_of_a_proof_counts() -> None:
    rng, idp = random.Random(361), Elsewhere()  # noqa: S311 - not secret
    given, asked = proof(idp.key, None), ProofTarget("POST", "https://customers.example.com/graphql")
    assert read(given, asked, datetime.now(UTC)).thumbprint == idp.key.thumbprint()
    for _ in range(TIMES // 20):
        mutant = mutated(rng, given)
        if mutant == given:
            continue
        with pytest.raises(InvalidProofError):
            read(mutant, asked, datetime.now(UTC))
