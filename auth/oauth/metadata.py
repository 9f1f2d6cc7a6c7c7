"""The metadata of the authorization server (RFC 8414)."""

from typing import Any

from authlib.oauth2 import rfc8414, rfc9207

from auth.oauth.clients.client import GRANT_TYPES, PUBLIC, SECRET_METHODS, SIGNED
from auth.oauth.passwords import ACR
from auth.oauth.site import Site
from auth.policy.ceiling import SCOPES
from auth.tokens.keys import ALGORITHMS


def authorization_server(site: Site) -> dict[str, Any]:
    metadata = rfc8414.AuthorizationServerMetadata(
        issuer=site.issuer,
        authorization_endpoint=f"{site.issuer}/oauth/authorize",
        token_endpoint=site.token_endpoint,
        revocation_endpoint=f"{site.issuer}/oauth/revoke",
        introspection_endpoint=f"{site.issuer}/oauth/introspect",
        jwks_uri=f"{site.issuer}/oauth/jwks",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=list(GRANT_TYPES),
        code_challenge_methods_supported=["S256"],
        acr_values_supported=[ACR],
        token_endpoint_auth_methods_supported=[*SECRET_METHODS, SIGNED, PUBLIC],
        token_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
        revocation_endpoint_auth_methods_supported=[*SECRET_METHODS, SIGNED, PUBLIC],
        revocation_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
        introspection_endpoint_auth_methods_supported=[*SECRET_METHODS, SIGNED],
        introspection_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
        authorization_response_iss_parameter_supported=True,
        dpop_signing_alg_values_supported=list(ALGORITHMS),
    )
    if site.issuer.startswith("https:"):
        metadata.validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    return dict(metadata)
