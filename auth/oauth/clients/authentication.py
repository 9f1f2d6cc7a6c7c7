"""How a client proves who it is: by its secret, by a signed assertion (RFC 7523), or, a public one, not at all."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_plus

from auth.oauth.clients.assertions import AssertionVerifier, unverified_client
from auth.oauth.clients.client import PUBLIC, SIGNED, Client
from auth.oauth.errors import InvalidClientError, InvalidRequestError
from auth.oauth.requests import Request


class Credentials(NamedTuple):
    """The method by which a client authenticates, the id it gives, and whether its proof holds for a client."""

    method: str
    client_id: str
    prove: Callable[[Client], bool]


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """Authenticates clients at all endpoints. `find_client` returns None for one that is unknown or disabled."""

    find_client: Callable[[str], Client | None]
    assertions: AssertionVerifier

    def authenticate(self, request: Request, endpoint: str) -> Client:
        """The client that sent the request. All failures have the same answer, so that no client ids leak."""
        credentials = self._credentials(request)
        client = self.find_client(credentials.client_id)
        is_allowed = client is not None and client.check_endpoint_auth_method(credentials.method, endpoint)
        if client is None or not is_allowed or not credentials.prove(client):
            # RFC 6749 section 5.2: a failed Authorization header is answered with 401 and a challenge.
            is_basic = request.header("authorization") is not None
            raise InvalidClientError("The client is not who it says it is.", status_code=401 if is_basic else 400)
        request.client = client
        request.auth_method = credentials.method
        return client

    def _credentials(self, request: Request) -> Credentials:
        """Raises InvalidRequestError if the client authenticates in more than one way."""
        header, form = request.header("authorization"), request.form
        has_assertion = "client_assertion" in form or "client_assertion_type" in form
        if sum([header is not None, "client_secret" in form, has_assertion]) > 1:
            raise InvalidRequestError("The client authenticates in more than one way.")
        if header is not None:
            client_id, secret = _decode_basic(header)
            if form.get("client_id", client_id) != client_id:
                raise InvalidRequestError("The client names itself in two ways.")
            return Credentials("client_secret_basic", client_id, lambda client: client.check_client_secret(secret))
        client_id = form.get("client_id", "")
        if "client_secret" in form:
            secret = form["client_secret"]
            return Credentials("client_secret_post", client_id, lambda client: client.check_client_secret(secret))
        if has_assertion:
            assertion = form.get("client_assertion", "")
            return Credentials(
                SIGNED, unverified_client(form), lambda client: self.assertions.verify(client, assertion)
            )
        return Credentials(PUBLIC, client_id, lambda client: True)


def _decode_basic(header: str) -> tuple[str, str]:
    """Client id and secret of an Authorization header (RFC 6749 section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        decoded = ""
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        raise InvalidClientError("The header Authorization cannot be read.", status_code=401)
    return unquote_plus(client_id), unquote_plus(secret)
