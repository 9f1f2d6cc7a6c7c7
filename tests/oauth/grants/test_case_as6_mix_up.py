"""AS6: every answer names its issuer, keeps the client's state, and sends no form on to the client."""

import httpx2

from tests.oauth.world import (
    ISSUER,
    Pkce,
    World,
    authorization,
    decide,
    get_code,
    mark_in,
    parameters_of,
    redemption,
    sign_in,
)

Http = httpx2.AsyncClient


async def consent_page(http: Http, **changes: str) -> httpx2.Response:
    http.cookies.clear()
    signed_in = await sign_in(http, authorization("acme", Pkce(), **changes), "cara")
    return await http.get(signed_in.headers["location"])


async def test_who_allows_and_who_does_not_goes_back_with_state_and_issuer(http: Http, world: World) -> None:
    allowed = await decide(http, await consent_page(http, state="a b&c=ü"), "allow")
    told = parameters_of(allowed)
    assert (allowed.status_code, told["state"], told["iss"]) == (303, "a b&c=ü", ISSUER)
    denied = parameters_of(await decide(http, await consent_page(http), "deny"))
    assert (denied["error"], denied["state"], denied["iss"]) == ("access_denied", "s", ISSUER)


async def test_staff_cannot_lend_a_partner_what_they_see(http: Http, world: World) -> None:
    http.cookies.clear()
    signed_in = await sign_in(http, authorization("acme", Pkce()), "kim")
    assert parameters_of(await http.get(signed_in.headers["location"]))["error"] == "access_denied"


async def test_a_form_without_the_mark_of_this_browser_is_refused(http: Http, world: World) -> None:
    page = await consent_page(http)
    mark = mark_in(page.text)
    for sent, headers in [
        ({"mark": "", "decision": "allow"}, {}),
        ({"mark": mark[:-1] + ("0" if mark[-1] != "0" else "1"), "decision": "allow"}, {}),
        ({"mark": mark, "decision": "allow"}, {"Origin": "https://evil.example"}),
        ({"mark": mark, "decision": "allow"}, {"Origin": "null"}),
        ({"mark": mark, "decision": "allow"}, {"Sec-Fetch-Site": "cross-site"}),
    ]:
        answer = await http.post(page.url, data=sent, headers=headers)
        assert answer.status_code == 400
        assert "location" not in answer.headers
    # Nor is it valid for another request.
    other = await http.post(authorization("acme", Pkce()), data={"mark": mark, "decision": "allow"})
    assert other.status_code == 400


async def test_a_login_form_of_another_browser_is_refused(http: Http, world: World) -> None:
    http.cookies.clear()
    page = await http.get(authorization("crm", Pkce()))
    http.cookies.clear()
    sent = {"mark": mark_in(page.text), "username": "kim", "password": "x"}
    assert (await http.post(page.url.copy_with(path="/oauth/login"), data=sent)).status_code == 400


async def test_the_answer_to_the_token_request_is_for_the_issuer_that_was_asked(http: Http, world: World) -> None:
    pkce = Pkce()
    code = await get_code(http, "crm", pkce, resource="urn:customer360")
    elsewhere = redemption(code, pkce, resource="https://elsewhere.example")
    answer = await http.post("/oauth/token", data=elsewhere, auth=world.basic("crm"))
    assert answer.json()["error"] == "invalid_target"


async def test_pages_let_nothing_in_and_cookies_nothing_out(http: Http, world: World) -> None:
    http.cookies.clear()
    page = await http.get(authorization("crm", Pkce()))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example.com" in policy
    assert "script" not in policy
    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/oauth" in cookie
