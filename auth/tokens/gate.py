"""The gate: admits a request whose token is valid, not revoked, and sent by the holder of the key it is bound to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from auth.tokens import dpop, signatures
from auth.tokens.claims import InvalidTokenError, VerifiedToken
from auth.tokens.dpop import InvalidProofError, ProofTarget, SingleUse
from auth.tokens.revocations import Revocations
from auth.tokens.signatures import UnknownKeyError
from auth.tokens.verifier import BOUND, Verifier, digest_of
from auth.viewer import Viewer

REVOKED = "The access token was revoked."
UNPROVABLE = "The access token is bound to a key, and such tokens are not taken here: ask for one that is not."
UNTRUSTED = "The access token is from an issuer that is not trusted here."


class PresentedToken(NamedTuple):
    """A token as it was sent: by which scheme, with which proof of possession, for which method."""

    token: str
    is_dpop: bool = False
    proof: str | None = None
    method: str = "POST"


class Keys(Protocol):
    """Where the keys of an issuer come from, if they can change."""

    async def current(self, verifier: Verifier) -> None:
        """Give the verifier the keys of now, if it has none or old ones."""

    async def renew(self, verifier: Verifier) -> bool:
        """Look for new keys because a token names an unknown one. True if there are new keys. Rate-limited inside."""


class Opaque(Protocol):
    """Verifies tokens that only their issuer can read."""

    async def accept(self, token: str) -> VerifiedToken: ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer: how its tokens are verified, and where its keys come from."""

    verifier: Verifier
    keys: Keys | None = None


class Gate:
    """The issuers come from the configuration. The `iss` of a token only chooses among them."""

    def __init__(
        self,
        issuers: Iterable[Issuer],
        *,
        url: str = "",
        revocations: Revocations | None = None,
        single_use: SingleUse | None = None,
        opaque: Opaque | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._issuers = {each.verifier.expected.issuer: each for each in issuers}
        self._url = url
        self._revocations = revocations
        self._single_use = single_use
        self._opaque = opaque
        self._clock = clock

    @property
    def takes_proofs(self) -> bool:
        """Whether proofs of possession can be checked, which needs a store of used proofs."""
        return self._single_use is not None

    async def admit(self, presented: PresentedToken) -> Viewer:
        """Raises InvalidTokenError, InvalidProofError, KeysUnavailable or RevocationsUnknown."""
        verified = await self._verify(presented.token)
        if presented.is_dpop or verified.key is not None:
            await self._check_sender(verified, presented)
        if self._revocations is not None:
            await self._revocations.current()
            if self._revocations.covers(verified.revocable):
                raise InvalidTokenError(REVOKED)
        return verified.viewer

    async def _verify(self, token: str) -> VerifiedToken:
        digest = digest_of(token)
        for issuer in self._issuers.values():
            if issuer.verifier.knows(digest):
                return await _verify_by(issuer, token, digest)
        if self._opaque is not None and token.count(".") != 2:
            return await self._opaque.accept(token)
        named = self._issuers.get(str(signatures.unverified_claims(token).get("iss")))
        if named is None:
            raise InvalidTokenError(UNTRUSTED)
        return await _verify_by(named, token, digest)

    async def _check_sender(self, verified: VerifiedToken, presented: PresentedToken) -> None:
        if not presented.is_dpop:
            raise InvalidTokenError(UNPROVABLE if self._single_use is None else BOUND)
        if verified.key is None or presented.proof is None or self._single_use is None:
            raise InvalidProofError("The scheme DPoP needs a token that is bound to a key, and a proof of that.")
        target = ProofTarget(presented.method, self._url, presented.token)
        proof = dpop.read(presented.proof, target, self._clock())
        if proof.thumbprint != verified.key:
            raise InvalidProofError("The DPoP proof is of another key than the token is bound to.")
        if not await self._single_use.use_once(proof.digest, proof.until):
            raise InvalidProofError("The DPoP proof was used before.")


async def _verify_by(issuer: Issuer, token: str, digest: bytes) -> VerifiedToken:
    """With the issuer's current keys. If the token names an unknown key, the keys are renewed once."""
    if issuer.keys is not None:
        await issuer.keys.current(issuer.verifier)
    try:
        return issuer.verifier.accept(token, digest)
    except UnknownKeyError:
        if issuer.keys is None or not await issuer.keys.renew(issuer.verifier):
            raise
    return issuer.verifier.accept(token, digest)


def gate_for(verifier: Verifier) -> Gate:
    """A gate for a single issuer whose keys do not change."""
    return Gate([Issuer(verifier)])
