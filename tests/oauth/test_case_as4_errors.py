"""AS4: an error redirects only to a registered redirect URI of the client."""

import httpx2
import pytest

from tests.oauth.world import Pkce, World, authorization, parameters_of

Http = httpx2.AsyncClient
EVIL = "https://evil.example/"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"response_type": "token"},
        {"response_type": ""},
        {"scope": "nonsense"},
        {"code_challenge": ""},
        {"client_id": "nobody"},
        {"client_id": ""},
        {"resource": "https://elsewhere.example"},
        {"prompt": "none"},
    ],
)
async def test_a_wrong_request_with_a_foreign_address(http: Http, world: World, changes: dict[str, str]) -> None:
    answer = await http.get(authorization("crm", Pkce(), redirect_uri=EVIL, **changes))
    assert answer.status_code == 400
    assert "evil.example" not in str(answer.headers) + answer.text


@pytest.mark.parametrize("more", ["&redirect_uri=https://evil.example/", "&client_id=acme", "&state=2", "&scope=x"])
async def test_a_parameter_sent_twice(http: Http, world: World, more: str) -> None:
    answer = await http.get(authorization("crm", Pkce()) + more)
    assert answer.status_code in (303, 400)
    assert "evil.example" not in str(answer.headers)
    assert answer.status_code == 400 or parameters_of(answer)["error"] in ("invalid_request", "invalid_scope")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"scope": "finance:write"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_the_client_is_told_at_its_own(http: Http, world: World, changes: dict[str, str], error: str) -> None:
    http.cookies.clear()
    assert parameters_of(await http.get(authorization("crm", Pkce(), **changes)))["error"] == error


@pytest.mark.parametrize(
    "query", ["", "client_id=%ff", "client_id=a%00b", "&".join(["a=b"] * 60), "client_id=" + "x" * 9000]
)
async def test_rubbish_is_answered_with_a_page(http: Http, world: World, query: str) -> None:
    answer = await http.get(f"/oauth/authorize?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
