"""The endpoints for machines: tokens, revocation, introspection, the key set and the metadata."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as StoreTimeout
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from auth.oauth import metadata
from auth.oauth.authority import Reply
from auth.oauth.requests import Request
from auth.tokens import dpop
from auth.tokens.dpop import InvalidProofError, ProofTarget
from auth.tokens.revocations import RevocationsUnknown
from datasources.oauth.database import StoreUnavailable
from server.graphql.bounds.body import BodyReader
from server.graphql.cors import AllowedOrigins
from server.graphql.faults import log_fault
from server.graphql.refusals import Disconnected, Refusal
from server.oauth import forms
from server.oauth.forms import UnreadableError
from server.oauth.service import OAuthService, Overloaded

log = logging.getLogger("customer360.oauth")

# Headers of answers that must not be cached, and of those that may be for a while.
SECRET = {"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}
PUBLIC = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
READ_HEADERS = ("authorization", "dpop")

Find = Callable[[], OAuthService | None]
Answer = Callable[[HttpRequest, OAuthService], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every error is answered as JSON (RFC 6749 section 5.2); the log names only its kind."""

    find: Find
    reader: BodyReader
    origins: AllowedOrigins

    async def token(self, http: HttpRequest) -> Response:
        return await self._answer_with_cors(http, self._token)

    async def revoke(self, http: HttpRequest) -> Response:
        return await self._answer_with_cors(http, lambda http, service: self._endpoint(http, service, "revocation"))

    async def introspect(self, http: HttpRequest) -> Response:
        return await self._answer_with_cors(http, lambda http, service: self._endpoint(http, service, "introspection"))

    async def jwks(self, http: HttpRequest) -> Response:
        return await self._answer_with_cors(http, _jwks)

    async def metadata(self, http: HttpRequest) -> Response:
        return await self._answer_with_cors(http, _metadata)

    async def preflight(self, http: HttpRequest) -> Response:
        origin = http.headers.get("origin", "").encode("latin-1")
        headers = {name.decode(): value.decode() for name, value in self.origins.preflight(origin or None)}
        if headers:
            headers["access-control-allow-headers"] = "Authorization, Content-Type, DPoP"
        return Response(status_code=204, headers=headers)

    async def _token(self, http: HttpRequest, service: OAuthService) -> Response:
        request = await self._read(http, service)
        request.thumbprint = await _thumbprint(http, service)
        return reply_response(await service.run(service.authority.create_token_response, request))

    async def _endpoint(self, http: HttpRequest, service: OAuthService, name: str) -> Response:
        request = await self._read(http, service)
        return reply_response(await service.run(service.authority.create_endpoint_response, name, request))

    async def _read(self, http: HttpRequest, service: OAuthService) -> Request:
        if http.scope["query_string"]:
            raise UnreadableError("Parameters are sent in the body, never in the URL.")
        pairs = await forms.form(http, self.reader)
        headers = {name: value for name in READ_HEADERS if (value := http.headers.get(name)) is not None}
        if any(len(http.headers.getlist(name)) > 1 for name in READ_HEADERS):
            raise UnreadableError("A header occurs twice.")
        request = Request("POST", f"{service.site.issuer}{http.url.path}", pairs, headers)
        if request.payload.repeated:
            raise UnreadableError("A parameter is sent more than once.")
        return request

    async def _answer_with_cors(self, http: HttpRequest, answer: Answer) -> Response:
        response = await self._answer_or_refuse(http, answer)
        for name, value in self.origins.headers(http.headers.get("origin", "").encode("latin-1") or None):
            response.headers[name.decode()] = value.decode()
        return response

    async def _answer_or_refuse(self, http: HttpRequest, answer: Answer) -> Response:
        service = self.find()
        try:
            return unavailable_response() if service is None else await answer(http, service)
        except UnreadableError as error:
            return error_response("invalid_request", str(error))
        except InvalidProofError as error:
            return error_response("invalid_dpop_proof", str(error))
        except Refusal as refusal:
            return error_response("invalid_request", str(refusal), refusal.status)
        except Disconnected:
            return Response(status_code=400)
        except Overloaded:
            return unavailable_response(429)
        except (StoreUnavailable, RevocationsUnknown, StoreTimeout) as error:
            log.warning("the store of the authorization server does not answer: %s", type(error).__name__)
            return unavailable_response()
        except Exception as error:  # noqa: BLE001 - no detail of any error may reach the client
            log_fault(error, "of the authorization server")
            return error_response("server_error", "Something went wrong on our side.", 500)


async def _thumbprint(http: HttpRequest, service: OAuthService) -> str | None:
    """The thumbprint of the key that the token is to be bound to, if the request has a proof."""
    header = http.headers.get("dpop")
    if header is None:
        return None
    proof = dpop.read(header, ProofTarget("POST", service.site.token_endpoint), datetime.now(UTC))
    if not await service.store.use_once(proof.digest, proof.until):
        raise InvalidProofError("The DPoP proof was used before.")
    return proof.thumbprint


async def _jwks(http: HttpRequest, service: OAuthService) -> Response:
    await service.keys.current()
    return _json(service.keys.known.published(datetime.now(UTC)), 200, PUBLIC)


async def _metadata(http: HttpRequest, service: OAuthService) -> Response:
    return _json(metadata.authorization_server(service.site), 200, PUBLIC)


def reply_response(reply: Reply) -> Response:
    headers = {name: value for name, value in reply.headers.items() if name.lower() in ("www-authenticate", "location")}
    return _json(reply.body, reply.status, {**SECRET, **headers})


def error_response(error: str, description: str, status: int = 400) -> Response:
    return _json({"error": error, "error_description": description}, status, SECRET)


def unavailable_response(status: int = 503) -> Response:
    response = error_response("temporarily_unavailable", "Try again in a moment.", status)
    response.headers["Retry-After"] = "1"
    return response


def _json(content: Any, status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(content), status, headers, "application/json")
