"""Who asks: reads token and purpose from a request's headers, and challenges where they lack."""

from collections.abc import Collection, Sequence

from auth.claims import InvalidTokenError
from auth.tokens import Verifier
from auth.viewer import DisallowedPurposeError, UnknownPurposeError, Viewer
from resolvers.codes import Code
from server.refusals import Header, Refusal

CHALLENGE = 'Bearer realm="customer360"'
PURPOSE = "Customer360-Purpose"
TOKEN_PARAMETER = "access_token"  # noqa: S105 - a parameter's name


class Doorkeeper:
    """Lets those in whose token holds, as the viewer that they are for this request."""

    def __init__(self, verifier: Verifier, purposes: Collection[str]) -> None:
        self._verifier = verifier
        self._purposes = frozenset(purposes)

    def admit(self, authorization: Sequence[bytes], purpose: Sequence[bytes]) -> Viewer:
        viewer = self._viewer(authorization)
        return self._acting(viewer, purpose) if purpose else viewer

    def _viewer(self, authorization: Sequence[bytes]) -> Viewer:
        if not authorization:
            # RFC 6750 section 3.1: one who did not try is told how, and is told of no error.
            message = "Send an access token in the header Authorization: Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, _challenge())
        if len(authorization) > 1:
            raise invalid_request("The header Authorization occurs twice.")
        scheme, _, token = authorization[0].decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            message = "The header Authorization must be of the scheme Bearer."
            raise Refusal(Code.UNAUTHENTICATED, message, _challenge())
        try:
            return self._verifier.verify(token.strip(" "))
        except InvalidTokenError as error:
            raise Refusal(Code.UNAUTHENTICATED, str(error), _challenge("invalid_token", str(error))) from None

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


def invalid_request(message: str) -> Refusal:
    """A token that is sent in a way it must not be: RFC 6750 section 3.1."""
    return Refusal(Code.BAD_REQUEST, message, _challenge("invalid_request", message))


def _challenge(error: str | None = None, description: str = "") -> Header:
    details = f', error="{error}", error_description="{description}"' if error else ""
    return b"www-authenticate", f"{CHALLENGE}{details}".encode("ascii")
