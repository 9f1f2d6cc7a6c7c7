"""The gate: lets in whoever brings a token of a trusted issuer, not revoked, by a sender who may use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from auth.oauth.store import Once
from auth.tokens import dpop, signatures
from auth.tokens.claims import Accepted, InvalidTokenError
from auth.tokens.dpop import Asked, InvalidProofError
from auth.tokens.revocations import Revocations
from auth.tokens.signatures import UnknownKeyError
from auth.tokens.verifier import BOUND, Verifier, digest_of
from auth.viewer import Viewer

REVOKED = "The access token was revoked."
UNPROVABLE = "The access token is bound to a key, and such tokens are not taken here: ask for one that is not."
UNTRUSTED = "The access token is from an issuer that is not trusted here."


class Presented(NamedTuple):
    """A token as it came: by which scheme, with which proof of possession, for which request."""

    token: str
    is_dpop: bool = False
    proof: str | None = None
    method: str = "POST"


class Keys(Protocol):
    """Where an issuer's keys come from, if they may change."""

    async def current(self, verifier: Verifier) -> None:
        """Give the verifier its keys, if it has none yet or old ones."""

    async def renew(self, verifier: Verifier) -> bool:
        """A token names a key that is not known. True if there are new ones now; asked seldom, however often called."""


class Opaque(Protocol):
    """Tells what a token stands for that says nothing by itself."""

    async def accept(self, token: str) -> Accepted: ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer: how its tokens are verified, and where its keys come from."""

    verifier: Verifier
    keys: Keys | None = None


class Gate:
    """Issuers are known beforehand, by configuration: what a token says of its issuer only chooses among them."""

    def __init__(
        self,
        issuers: Iterable[Issuer],
        *,
        url: str = "",
        revocations: Revocations | None = None,
        once: Once | None = None,
        opaque: Opaque | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._issuers = {each.verifier.expected.issuer: each for each in issuers}
        self._url = url
        self._revocations = revocations
        self._once = once
        self._opaque = opaque
        self._clock = clock

    @property
    def takes_proofs(self) -> bool:
        """Whether proofs of possession can be checked: each has to be noted as used."""
        return self._once is not None

    async def admit(self, presented: Presented) -> Viewer:
        """Raises InvalidTokenError, InvalidProofError, or that something could not be looked up in time."""
        accepted = await self._accept(presented.token)
        if presented.is_dpop or accepted.key is not None:
            await self._check_sender(accepted, presented)
        if self._revocations is not None:
            await self._revocations.current()
            if self._revocations.holds(accepted.names):
                raise InvalidTokenError(REVOKED)
        return accepted.viewer

    async def _accept(self, token: str) -> Accepted:
        digest = digest_of(token)
        for issuer in self._issuers.values():
            if issuer.verifier.knows(digest):
                return await _accepted(issuer, token, digest)
        if self._opaque is not None and token.count(".") != 2:
            return await self._opaque.accept(token)
        named = self._issuers.get(str(signatures.claimed(token).get("iss")))
        if named is None:
            raise InvalidTokenError(UNTRUSTED)
        return await _accepted(named, token, digest)

    async def _check_sender(self, accepted: Accepted, presented: Presented) -> None:
        if not presented.is_dpop:
            raise InvalidTokenError(UNPROVABLE if self._once is None else BOUND)
        if accepted.key is None or presented.proof is None or self._once is None:
            raise InvalidProofError("The scheme DPoP needs a token that is bound to a key, and a proof of that.")
        proof = dpop.read(presented.proof, Asked(presented.method, self._url, presented.token), self._clock())
        if proof.thumbprint != accepted.key:
            raise InvalidProofError("The DPoP proof is of another key than the token is bound to.")
        if not await self._once.use_once(proof.once, proof.until):
            raise InvalidProofError("The DPoP proof was used before.")


async def _accepted(issuer: Issuer, token: str, digest: bytes) -> Accepted:
    """With the issuer's keys as they are now; for one that is new they are asked for anew."""
    if issuer.keys is not None:
        await issuer.keys.current(issuer.verifier)
    try:
        return issuer.verifier.accept(token, digest)
    except UnknownKeyError:
        if issuer.keys is None or not await issuer.keys.renew(issuer.verifier):
            raise
    return issuer.verifier.accept(token, digest)


def of_one(verifier: Verifier) -> Gate:
    """For a single issuer whose keys are at hand."""
    return Gate([Issuer(verifier)])
