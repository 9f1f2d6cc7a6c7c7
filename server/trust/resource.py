"""The metadata of the resource: trusted issuers, and how tokens are sent (RFC 9728)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auth.policy.ceiling import SCOPES
from auth.tokens.keys import ALGORITHMS
from server.trust.gates import GRAPHQL, RESOURCE_METADATA

HEADERS = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


def routes(url: str, issuers: Sequence[str], *, takes_proofs: bool = True) -> list[BaseRoute]:
    metadata = {
        "resource": url + GRAPHQL,
        "resource_name": "Customer360",
        "authorization_servers": list(issuers),
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        **({"dpop_signing_alg_values_supported": list(ALGORITHMS)} if takes_proofs else {}),
    }

    async def answer(request: Request) -> Response:
        # Readable from any origin, because clients find the authorization server with it.
        return JSONResponse(metadata, headers={**HEADERS, "Access-Control-Allow-Origin": "*"})

    return [Route(RESOURCE_METADATA, answer)]
