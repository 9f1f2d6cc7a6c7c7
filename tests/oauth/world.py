"""The applications and people of these tests, and the steps of their sign-ins."""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import asyncpg
import httpx2
from joserfc.jwk import ECKey

from auth.oauth import passwords
from auth.oauth.clients.client import GRANT_TYPES
from auth.oauth.records import Account, ClientRecord
from auth.oauth.secrets import Prefix, digest, new_secret
from datasources.oauth.administration import Administration

ISSUER = "http://127.0.0.1:8360"
RESOURCE = f"{ISSUER}/graphql"
ORIGIN = "https://crm.example.com"
SECRET = bytes(range(32))
PASSWORD = "correct horse battery staple"
CALLBACK = "https://app.example.com/signed-in"
CUSTOMER = UUID("0192f0c0-0000-7000-8000-000000000001")
ALL_SCOPES = ("core:read", "finance:read", "sales:read", "service:read", "marketing:read")
KEY = ECKey.generate_key("P-256", {"kid": "theirs"}, private=True)


@dataclass(frozen=True)
class World:
    """Client ids with their secrets."""

    administration: Administration
    secrets: dict[str, str] = field(default_factory=dict)

    async def add_client(self, client_id: str, **changes: Any) -> str:
        secret = new_secret(Prefix.CLIENT_SECRET)
        values: dict[str, Any] = {
            "name": f"The {client_id} app",
            "auth_method": "client_secret",
            "secret": digest(secret),
            "grant_types": GRANT_TYPES,
            "redirect_uris": (CALLBACK,),
            "scopes": ALL_SCOPES,
            "purposes": ("care", "partner", "rights"),
            **changes,
        }
        await self.administration.create_client(ClientRecord(id=client_id, **values))
        self.secrets[client_id] = secret
        return secret

    async def add_account(self, username: str, **changes: Any) -> UUID:
        values: dict[str, Any] = {"role": "service_agent", "purposes": ("care", "payment"), **changes}
        hashed = passwords.HASHER.hash(PASSWORD)
        account = Account(id=UUID(int=0), username=username, password_hash=hashed, **values)
        return await self.administration.create_account(account)

    def basic(self, client_id: str) -> httpx2.BasicAuth:
        return httpx2.BasicAuth(client_id, self.secrets[client_id])


async def fill(administration: Administration, address: str) -> World:
    world = World(administration)
    connection = await asyncpg.connect(address)
    await connection.execute(
        "INSERT INTO core.customer (id, number, status, kind, display_name)"
        " VALUES ($1, 'C-1', 'ACTIVE', 'INDIVIDUAL', 'Kim')",
        CUSTOMER,
    )
    await connection.close()
    await world.add_client("crm", role="auditor")
    await world.add_client("web", auth_method="none", secret=None)
    jwks = {"keys": [KEY.as_dict(private=False)]}
    await world.add_client("signer", auth_method="private_key_jwt", secret=None, jwks=jwks, role="auditor")
    contract = {"contract": "acme", "scopes": ("core:read", "sales:read"), "purposes": ("partner", "rights")}
    categories = ("user.name", "user.purchase.order")
    await world.add_client("acme", role="partner_client", categories=categories, **contract)
    await world.add_account("kim")
    await world.add_account("cara", role="data_subject", purposes=("rights",), customer_id=CUSTOMER)
    return world


@dataclass(frozen=True)
class Pkce:
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        return urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def authorization(client_id: str, pkce: Pkce, /, **changes: str) -> str:
    """The authorization URL of a client."""
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "state": "s",
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"/oauth/authorize?{urlencode({name: value for name, value in parameters.items() if value})}"


async def sign_in(http: httpx2.AsyncClient, url: str, username: str, password: str = PASSWORD) -> httpx2.Response:
    """Fill in the sign-in page at the URL."""
    page = await http.get(url)
    assert page.status_code == 200, page.text
    assert "Password" in page.text
    sent = {"mark": mark_in(page.text), "username": username, "password": password}
    return await http.post(action_of(page.text), data=sent)


async def get_code(http: httpx2.AsyncClient, client_id: str, pkce: Pkce, username: str = "kim", **changes: str) -> str:
    """Sign in and give consent, if a page asks for it."""
    http.cookies.clear()
    signed_in = await sign_in(http, authorization(client_id, pkce, **changes), username)
    assert signed_in.status_code == 303, signed_in.text
    answer = await http.get(signed_in.headers["location"])
    if answer.status_code == 200:
        answer = await decide(http, answer, "allow")
    return parameters_of(answer)["code"]


async def decide(http: httpx2.AsyncClient, page: httpx2.Response, decision: str) -> httpx2.Response:
    return await http.post(action_of(page.text), data={"mark": mark_in(page.text), "decision": decision})


def parameters_of(answer: httpx2.Response) -> dict[str, str]:
    """The parameters of the redirect to a client."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def redemption(code: str, pkce: Pkce, /, **changes: str) -> dict[str, str]:
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
        **changes,
    }
    return {name: value for name, value in sent.items() if value}


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found, page
    return found[1]


def action_of(page: str) -> str:
    found = re.search(r'action="([^"]+)"', page)
    assert found, page
    return unescape(found[1])
