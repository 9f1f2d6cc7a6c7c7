"""Assembles the authorization server from its grants and endpoints."""

from auth.oauth.authority import Authority, IsRevoked, Keys, Wait
from auth.oauth.endpoints import Introspection, Revocation
from auth.oauth.grants.authorization_code import CodeGrant
from auth.oauth.grants.client_credentials import ClientGrant
from auth.oauth.grants.refresh_token import RefreshGrant
from auth.oauth.grants.token_exchange import ExchangeGrant
from auth.oauth.site import Site
from auth.oauth.store import Store

GRANTS = (CodeGrant, RefreshGrant, ClientGrant, ExchangeGrant)
ENDPOINTS = (Revocation, Introspection)


def build_authority(site: Site, store: Store, keys: Keys, wait: Wait, is_revoked: IsRevoked) -> Authority:
    """The server with all its grants and endpoints. The grants implicit and password are left out (RFC 9700)."""
    authority = Authority(site, store, keys, wait, is_revoked)
    for grant in GRANTS:
        authority.register_grant(grant)
    for endpoint in ENDPOINTS:
        authority.register_endpoint(endpoint)
    return authority
