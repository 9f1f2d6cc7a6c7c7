"""AS2: PKCE by S256 is required of every client at the authorization endpoint."""

import httpx2
import pytest

from tests.oauth.world import CALLBACK, ISSUER, Pkce, World, authorization, parameters_of

Http = httpx2.AsyncClient


@pytest.mark.parametrize("client", ["crm", "web", "acme"])
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge": Pkce().challenge + "A"},
        {"code_challenge": Pkce().challenge[:-1] + "="},
    ],
)
async def test_it_is_refused_at_once(http: Http, world: World, client: str, changes: dict[str, str]) -> None:
    answer = await http.get(authorization(client, Pkce(), **changes))
    told = parameters_of(answer)
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    assert (told["error"], told["state"], told["iss"]) == ("invalid_request", "s", ISSUER)


async def test_a_verifier_without_a_challenge_never_comes_up(http: Http, world: World) -> None:
    """A code is always issued for a challenge, so none can be redeemed without its verifier."""
    answer = await http.get(authorization("crm", Pkce(), code_challenge="", code_challenge_method=""))
    assert "code" not in parameters_of(answer)
