"""Authenticates a request by its headers: access token, DPoP proof and purpose."""

from collections.abc import Collection, Mapping

from auth.step_up import StepUpNeeded
from auth.tokens import gate
from auth.tokens.claims import InvalidTokenError
from auth.tokens.dpop import InvalidProofError
from auth.tokens.gate import Gate, PresentedToken
from auth.tokens.keys import ALGORITHMS
from auth.tokens.remote_keys import KeysUnavailable
from auth.tokens.revocations import RevocationsUnknown
from auth.tokens.verifier import Verifier
from auth.viewer import DisallowedPurposeError, UnknownPurposeError, Viewer
from datasources.oauth.database import StoreUnavailable
from resolvers.codes import Code
from server.graphql.refusals import Header, Refusal

REALM = 'realm="customer360"'
CHALLENGE = f"Bearer {REALM}"
PURPOSE = "Customer360-Purpose"
TOKEN_PARAMETER = "access_token"  # noqa: S105 - a parameter's name
RETRY: Header = (b"retry-after", b"1")
SCHEMES = ("bearer", "dpop")
# Credentials, with the names that errors use for them.
_CREDENTIALS = {b"dpop": "DPoP", b"authorization": "Authorization"}


class Authenticator:
    """Turns a request's credentials into a viewer, or refuses it with a challenge.

    `metadata` is the URL of the resource metadata (RFC 9728). DPoP is offered if the gate can check proofs.
    """

    def __init__(self, gate_: Gate | Verifier, purposes: Collection[str], metadata: str | None = None) -> None:
        self._gate = gate.gate_for(gate_) if isinstance(gate_, Verifier) else gate_
        self._purposes = frozenset(purposes)
        self._metadata = metadata
        self._schemes = SCHEMES if self._gate.takes_proofs else SCHEMES[:1]

    async def authenticate(
        self, headers: Mapping[bytes, bytes], repeated: Collection[bytes] = (), method: str = "POST"
    ) -> Viewer:
        """The viewer of this request. Raises Refusal, also if a credential or the purpose is `repeated`."""
        viewer = await self._viewer(self._presented(headers, repeated, method))
        purpose = headers.get(b"customer360-purpose")
        if purpose is None:
            return self._acting_for_only_purpose(viewer)
        if b"customer360-purpose" in repeated:
            raise _several_purposes()
        return self._acting(viewer, purpose.decode("latin-1").strip())

    def _presented(self, headers: Mapping[bytes, bytes], repeated: Collection[bytes], method: str) -> PresentedToken:
        authorization = headers.get(b"authorization")
        if authorization is None:
            # RFC 6750 section 3.1: a request without credentials gets a challenge without an error code.
            message = "Send an access token in the header Authorization: Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, *self._challenges())
        for name in _CREDENTIALS if repeated else ():
            if name in repeated:
                raise invalid_request(f"The header {_CREDENTIALS[name]} occurs twice.")
        named, _, token = authorization.decode("latin-1").partition(" ")
        scheme = named.lower()
        if scheme not in self._schemes:
            message = "The header Authorization must be of the scheme Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, *self._challenges())
        proof = headers.get(b"dpop")
        return PresentedToken(
            token.strip(" "), scheme == "dpop", None if proof is None else proof.decode("latin-1"), method
        )

    async def _viewer(self, presented: PresentedToken) -> Viewer:
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
        """The RFC 9470 challenge: the token is valid, but a newer or stronger sign-in is needed."""
        challenges = self._challenges(
            "insufficient_user_authentication", str(error), more=error.requirement.challenge_parameters()
        )
        return Refusal(Code.STEP_UP_NEEDED, str(error), *challenges)

    def _acting(self, viewer: Viewer, named: str) -> Viewer:
        if "," in named:
            raise _several_purposes()
        try:
            return viewer.acting_for(named, self._purposes)
        except UnknownPurposeError:
            message = f"The header {PURPOSE} names no purpose of the policy: it knows {self._known}."
            raise Refusal(Code.PURPOSE_UNKNOWN, message) from None
        except DisallowedPurposeError:
            message = f"The access token does not allow the purpose that the header {PURPOSE} names."
            raise Refusal(Code.PURPOSE_NOT_ALLOWED, message) from None

    def _acting_for_only_purpose(self, viewer: Viewer) -> Viewer:
        """A token with one purpose needs no header."""
        if len(viewer.purposes) != 1:
            return viewer
        (only,) = viewer.purposes
        return viewer.acting_for(only, self._purposes) if only in self._purposes else viewer

    @property
    def _known(self) -> str:
        return ", ".join(sorted(self._purposes))

    def _challenges(
        self, error: str | None = None, description: str = "", tried: str = "Bearer", more: str = ""
    ) -> list[Header]:
        """One header per accepted scheme. Only that of the scheme `tried` carries the error."""
        pointer = f', resource_metadata="{self._metadata}"' if self._metadata else ""
        details = f', error="{error}", error_description="{description}"{more}' if error else ""
        offers = {"Bearer": f"{CHALLENGE}{pointer}"}
        if self._gate.takes_proofs:
            offers["DPoP"] = f'DPoP {REALM}{pointer}, algs="{" ".join(ALGORITHMS)}"'
        return [_header(offer + (details if scheme == tried else "")) for scheme, offer in offers.items()]


def _several_purposes() -> Refusal:
    return Refusal(Code.BAD_REQUEST, f"The header {PURPOSE} names one purpose.")


def invalid_request(message: str) -> Refusal:
    """The refusal for a token that is sent in a forbidden way (RFC 6750 section 3.1)."""
    return Refusal(
        Code.BAD_REQUEST, message, _header(f'{CHALLENGE}, error="invalid_request", error_description="{message}"')
    )


def _header(challenge: str) -> Header:
    return b"www-authenticate", challenge.encode("ascii")
