"""Who asks: reads token and purpose from a request's headers, and challenges where they lack."""

from collections.abc import Collection, Sequence

from auth import gate
from auth.claims import InvalidTokenError
from auth.dpop import InvalidProofError
from auth.gate import Gate, Presented
from auth.keys import ALGORITHMS
from auth.remote_keys import KeysUnavailable
from auth.revocations import RevocationsUnknown
from auth.step_up import StepUpNeeded
from auth.tokens import Verifier
from auth.viewer import DisallowedPurposeError, UnknownPurposeError, Viewer
from datasources.oauth.database import StoreUnavailable
from resolvers.codes import Code
from server.refusals import Header, Refusal

REALM = 'realm="customer360"'
CHALLENGE = f"Bearer {REALM}"
PURPOSE = "Customer360-Purpose"
TOKEN_PARAMETER = "access_token"  # noqa: S105 - a parameter's name
RETRY: Header = (b"retry-after", b"1")
SCHEMES = ("bearer", "dpop")


class Doorkeeper:
    """Lets those in whose token holds, as the viewer that they are for this request.

    `metadata` is where a client finds out how to get a token (RFC 9728). With it, DPoP is offered too, unless proofs
    are not taken.
    """

    def __init__(
        self,
        gate_: Gate | Verifier,
        purposes: Collection[str],
        metadata: str | None = None,
        *,
        takes_proofs: bool = True,
    ) -> None:
        self._gate = gate.of_one(gate_) if isinstance(gate_, Verifier) else gate_
        self._purposes = frozenset(purposes)
        self._metadata = metadata
        self._schemes = SCHEMES if metadata is not None and takes_proofs else SCHEMES[:1]

    async def admit(
        self,
        authorization: Sequence[bytes],
        purpose: Sequence[bytes],
        proof: Sequence[bytes] = (),
        method: str = "POST",
    ) -> Viewer:
        viewer = await self._viewer(self._presented(authorization, proof, method))
        return self._acting(viewer, purpose) if purpose else viewer

    def _presented(self, authorization: Sequence[bytes], proof: Sequence[bytes], method: str) -> Presented:
        if not authorization:
            # RFC 6750 section 3.1: one who did not try is told how, and is told of no error.
            message = "Send an access token in the header Authorization: Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, *self._challenges())
        if len(authorization) > 1 or len(proof) > 1:
            raise invalid_request(f"The header {'DPoP' if len(proof) > 1 else 'Authorization'} occurs twice.")
        scheme, _, token = authorization[0].decode("latin-1").partition(" ")
        if scheme.lower() not in self._schemes:
            message = "The header Authorization must be of the scheme Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, *self._challenges())
        is_dpop = scheme.lower() == "dpop"
        return Presented(token.strip(" "), is_dpop, proof[0].decode("latin-1") if proof else None, method)

    async def _viewer(self, presented: Presented) -> Viewer:
        scheme = "DPoP" if presented.is_dpop else "Bearer"
        try:
            return await self._gate.admit(presented)
        except InvalidTokenError as error:
            challenges = self._challenges("invalid_token", str(error), scheme)
            raise Refusal(Code.UNAUTHENTICATED, str(error), *challenges) from None
        except InvalidProofError as error:
            challenges = self._challenges("invalid_dpop_proof", str(error), "DPoP")
            raise Refusal(Code.UNAUTHENTICATED, str(error), *challenges) from None
        except (KeysUnavailable, RevocationsUnknown, StoreUnavailable) as error:
            message = "Tokens cannot be checked at this moment. Try again."
            raise Refusal(Code.CORE_UNAVAILABLE, message, RETRY, status=503) from error

    def step_up(self, error: StepUpNeeded) -> Refusal:
        """RFC 9470: the token holds, but whoever bears it has to sign in again."""
        challenges = self._challenges("insufficient_user_authentication", str(error), more=str(error.needed))
        return Refusal(Code.UNAUTHENTICATED, str(error), *challenges)

    def _acting(self, viewer: Viewer, purpose: Sequence[bytes]) -> Viewer:
        named = purpose[0].decode("latin-1").strip()
        if len(purpose) > 1 or "," in named:
            raise Refusal(Code.BAD_REQUEST, f"The header {PURPOSE} names one purpose.")
        try:
            return viewer.acting_for(named, self._purposes)
        except UnknownPurposeError:
            message = f"The header {PURPOSE} names no purpose of the policy: it knows {self._known}."
            raise Refusal(Code.PURPOSE_UNKNOWN, message) from None
        except DisallowedPurposeError:
            message = f"The access token does not allow the purpose that the header {PURPOSE} names."
            raise Refusal(Code.PURPOSE_NOT_ALLOWED, message) from None

    @property
    def _known(self) -> str:
        return ", ".join(sorted(self._purposes))

    def _challenges(
        self, error: str | None = None, description: str = "", tried: str = "Bearer", more: str = ""
    ) -> list[Header]:
        """One header for each scheme that would do; the error stands with the one that was tried."""
        pointer = f', resource_metadata="{self._metadata}"' if self._metadata else ""
        details = f', error="{error}", error_description="{description}"{more}' if error else ""
        offers = {"Bearer": f"{CHALLENGE}{pointer}"}
        if self._metadata:
            offers["DPoP"] = f'DPoP {REALM}{pointer}, algs="{" ".join(ALGORITHMS)}"'
        return [_header(offer + (details if scheme == tried else "")) for scheme, offer in offers.items()]


def invalid_request(message: str) -> Refusal:
    """A token that is sent in a way it must not be: RFC 6750 section 3.1."""
    return Refusal(
        Code.BAD_REQUEST, message, _header(f'{CHALLENGE}, error="invalid_request", error_description="{message}"')
    )


def _header(challenge: str) -> Header:
    return b"www-authenticate", challenge.encode("ascii")
