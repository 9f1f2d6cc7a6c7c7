from typing import Any

import httpx2
import pytest
from joserfc import jws

from auth.tokens import claims
from server.oauth.service import OAuthService
from tests.oauth.world import CALLBACK, CUSTOMER, ISSUER, Pkce, World, get_code, redemption

Http = httpx2.AsyncClient


def content_of(token: str) -> dict[str, Any]:
    return claims.parse(jws.extract_compact(token.encode()).payload)


async def test_a_client_acts_by_itself(http: Http, world: World) -> None:
    answer = await http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=world.basic("acme"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    token = content_of(answer.json()["access_token"])
    assert (token["sub"], token["client_id"], token["role"]) == ("acme", "acme", "partner_client")
    assert (token["contract"], token["scope"]) == ("acme", "core:read sales:read")
    assert token["categories"] == ["user.name", "user.purchase.order"]
    assert "refresh_token" not in answer.json()


async def test_a_person_signs_in_and_the_client_redeems(http: Http, world: World, service: OAuthService) -> None:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce)
    answer = await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("crm"))
    assert answer.status_code == 200, answer.text
    token = content_of(answer.json()["access_token"])
    assert (token["role"], token["purposes"]) == ("service_agent", ["care"])
    again = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    refreshed = await http.post("/oauth/token", data=again, auth=world.basic("crm"))
    assert refreshed.status_code == 200, refreshed.text
    assert refreshed.json()["refresh_token"] != again["refresh_token"]


async def test_a_customer_lets_a_partner_act(http: Http, world: World) -> None:
    pkce = Pkce()
    code = await get_code(http, "acme", pkce, "cara")
    answer = await http.post("/oauth/token", data=redemption(code, pkce), auth=world.basic("acme"))
    token = content_of(answer.json()["access_token"])
    assert (token["role"], token["customer"], token["purposes"]) == ("data_subject", str(CUSTOMER), ["rights"])
    assert token["scope"] == "core:read sales:read"
    assert "contract" not in token


@pytest.mark.parametrize("path", ["/oauth/jwks", "/.well-known/oauth-authorization-server"])
async def test_what_is_public_may_be_kept_for_a_while(http: Http, world: World, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert '"d"' not in answer.text


async def test_the_metadata_is_what_we_do(http: Http) -> None:
    told = (await http.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == ISSUER
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert "implicit" not in told["grant_types_supported"]
    assert CALLBACK.startswith("https:")
