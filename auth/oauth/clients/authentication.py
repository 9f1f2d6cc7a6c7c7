"""How a client proves who it is: by its secret, by a signed assertion (RFC 7523), or, a public one, not at all."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from auth.oauth.clients import assertions
from auth.oauth.clients.client import PUBLIC, SIGNED, Client
from auth.oauth.requests import Request

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

Proof = Callable[[Client], bool]


def authenticate(authority: Authority, request: Request, endpoint: str) -> Client:
    """The client that asks. Whatever is wrong, the answer is the same: it tells nobody which clients there are."""
    method, client_id, proves = _presented(authority, request)
    client = authority.query_client(client_id)
    if client is None or not client.check_endpoint_auth_method(method, endpoint) or not proves(client):
        # RFC 6749 section 5.2: who tried the header is told which scheme it takes.
        is_basic = request.header("authorization") is not None
        raise InvalidClientError("The client is not who it says it is.", status_code=401 if is_basic else 400)
    request.client = client
    request.auth_method = method
    return client


def _presented(authority: Authority, request: Request) -> tuple[str, str, Proof]:
    """The one way in which the client presents itself: method, id, and whether it holds."""
    header, form = request.header("authorization"), request.form
    ways = [header is not None, "client_secret" in form, "client_assertion" in form or "client_assertion_type" in form]
    if sum(ways) > 1:
        raise InvalidRequestError("The client authenticates in more than one way.")
    if header is not None:
        client_id, secret = _basic(header)
        if form.get("client_id", client_id) != client_id:
            raise InvalidRequestError("The client names itself in two ways.")
        return "client_secret_basic", client_id, lambda client: client.check_client_secret(secret)
    if "client_secret" in form:
        secret = form["client_secret"]
        return "client_secret_post", form.get("client_id", ""), lambda client: client.check_client_secret(secret)
    if ways[2]:
        client_id = assertions.claimed_client(form)
        return SIGNED, client_id, lambda client: assertions.hold(authority, client, form["client_assertion"])
    return PUBLIC, form.get("client_id", ""), lambda client: True


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        decoded = ""
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        raise InvalidClientError("The header Authorization cannot be read.", status_code=401)
    return unquote_plus(client_id), unquote_plus(secret)
