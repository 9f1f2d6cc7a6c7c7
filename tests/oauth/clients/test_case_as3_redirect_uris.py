"""AS3: redirect URIs are compared exactly; only the port of a loopback address may differ."""

import httpx2
import pytest

from tests.oauth.world import CALLBACK, Pkce, World, authorization

Http = httpx2.AsyncClient


@pytest.fixture(scope="module", autouse=True)
async def native(world: World) -> None:
    loopback = ("http://127.0.0.1/cb", "http://[::1]:7000/cb", "http://localhost:7000/cb", "com.example.app:/cb")
    await world.add_client("native", auth_method="none", secret=None, redirect_uris=loopback)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        f"{CALLBACK}/",
        f"{CALLBACK}/more",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#x",
        CALLBACK.upper(),
        CALLBACK[:-1],
        CALLBACK.replace("https", "http"),
        CALLBACK.replace("app.example.com", "app.example.com:444"),
        CALLBACK.replace("app.example.com", "app.example.com.evil.example"),
        CALLBACK.replace("app.example.com", "kim@app.example.com"),
        CALLBACK.replace("app.example.com", "app.example.com@evil.example"),
        CALLBACK.replace("app.", "app%2E"),
        "https://evil.example/",
        "javascript:alert(1)",
        'https://evil.example/"><script>',
    ],
)
async def test_another_address_is_never_gone_to(http: Http, world: World, uri: str) -> None:
    answer = await http.get(authorization("crm", Pkce(), redirect_uri=uri))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("http://127.0.0.1/cb", 200),
        ("http://127.0.0.1:51000/cb", 200),
        ("http://[::1]:51000/cb", 200),
        ("http://localhost:7000/cb", 200),
        ("com.example.app:/cb", 200),
        ("http://localhost:51000/cb", 400),
        ("http://127.0.0.1:51000/cb/", 400),
        ("http://127.0.0.1:0/cb", 400),
        ("http://127.0.0.1:51000x/cb", 400),
        ("http://kim@127.0.0.1:51000/cb", 400),
        ("http://127.0.0.1:051000/cb", 400),
        ("http://127.0.0.2:51000/cb", 400),
        ("https://127.0.0.1:51000/cb", 400),
        ("http://127.0.0.1:51000/cb#x", 400),
        ("com.example.app:/other", 400),
    ],
)
async def test_a_loopback_address_may_have_any_port(http: Http, world: World, uri: str, status: int) -> None:
    answer = await http.get(authorization("native", Pkce(), redirect_uri=uri))
    assert answer.status_code == status
