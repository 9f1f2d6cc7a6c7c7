"""Malformed parameters are refused at every endpoint, and no error repeats what the client sent."""

from itertools import product
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from authlib.oauth2.rfc6749 import UnsupportedGrantTypeError, UnsupportedResponseTypeError

from auth.oauth.errors import with_own_description
from auth.oauth.parameters import MAX_VALUE_LENGTH, PATTERNS
from tests.oauth.world import CALLBACK, Pkce, World, authorization, parameters_of

Http = httpx2.AsyncClient
CONTROLS = ["\x00", "\x01", "\n", "\r\nSet-Cookie: a=b", "\x1f", "\x7f"]
BEYOND_ASCII = ["\u00e9", "\u0430", "\U0001f600", "\u2028"]
QUOTING = ['"', "\\"]
PAGES = ("/oauth/authorize", "/oauth/login")
ENDPOINTS = ("/oauth/token", "/oauth/revoke", "/oauth/introspect")


def malformed_values(name: str) -> list[str]:
    odd = [*CONTROLS, "x" * (MAX_VALUE_LENGTH + 1)]
    if name != "state":
        odd += BEYOND_ASCII
    accepts_quotes = PATTERNS[name].fullmatch('"') is not None
    return odd if accepts_quotes else [*odd, *QUOTING]


CASES = [(name, value) for name in PATTERNS for value in malformed_values(name)]


@pytest.mark.parametrize("path", PAGES)
async def test_a_malformed_parameter_is_answered_with_a_page(http: Http, world: World, path: str) -> None:
    """400 for each of them; the response neither redirects nor repeats the value."""
    for name, value in CASES:
        url = authorization("crm", Pkce(), **{name: f"canary{value}"}).replace(PAGES[0], path)
        answer = await (http.get(url) if path == PAGES[0] else http.post(url, data={"mark": "x"}))
        assert (answer.status_code, "location" in answer.headers) == (400, False), (name, value)
        assert "canary" not in answer.text, (name, value)


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_a_malformed_parameter_is_answered_with_json(http: Http, world: World, path: str) -> None:
    for name, value in CASES:
        answer = await http.post(path, data={name: f"canary{value}"})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), (name, value)
        assert "canary" not in answer.text, (name, value)


@pytest.mark.parametrize("odd", [*QUOTING, *CONTROLS, *BEYOND_ASCII, "token", "code token", "%22", ""])
async def test_a_response_type_is_never_relayed_to_the_client(http: Http, world: World, odd: str) -> None:
    http.cookies.clear()
    value = f"canary{odd}"
    answer = await http.get(authorization("crm", Pkce(), response_type=value))
    assert "canary" not in answer.text + str(answer.headers)
    if answer.status_code == 303:
        assert parameters_of(answer) == {
            "error": "unsupported_response_type",
            "error_description": "The response_type is not supported: send code.",
            "state": "s",
            "iss": "http://127.0.0.1:8360",
        }
    else:
        assert answer.status_code == 400


@pytest.mark.parametrize("state", ['a"b\\c', "a b&c=\u00fc", '{"next":"/"}'])
async def test_a_state_comes_back_as_it_was_sent(http: Http, world: World, state: str) -> None:
    http.cookies.clear()
    answer = await http.get(authorization("crm", Pkce(), state=state, prompt="none"))
    told = parameters_of(answer)
    assert (told["error"], told["state"]) == ("login_required", state)
    assert answer.headers["location"].startswith(CALLBACK)


GRANTS = ["authorization_code", "refresh_token", "client_credentials", "canary", "urn:canary"]
TOLD = ["grant_type", "code", "redirect_uri", "refresh_token", "scope", "resource", "subject_token", "token_type_hint"]


@pytest.mark.parametrize("client", ["crm", "acme", None])
async def test_no_error_of_the_token_endpoint_repeats_the_request(http: Http, world: World, client: str | None) -> None:
    auth: Any = world.basic(client) if client else None
    for grant, name in product(GRANTS, TOLD):
        sent = {"client_id": client or "canary", name: "canary", "grant_type": grant}
        answer = await http.post("/oauth/token", data=sent, auth=auth)
        if answer.status_code == 200:
            continue
        assert answer.status_code in (400, 401), (grant, name)
        assert "canary" not in answer.text + str(answer.headers), (grant, name)
        assert answer.json()["error_description"], (grant, name)


@pytest.mark.parametrize("max_age", ["-1", "soon", "1.5", "1e3", "9999999999", " 1"])
async def test_a_max_age_that_is_no_number_is_refused(http: Http, world: World, max_age: str) -> None:
    """Ignored, it would let an old sign-in pass where the client asked for a recent one."""
    http.cookies.clear()
    told = parameters_of(await http.get(authorization("crm", Pkce(), max_age=max_age)))
    assert (told["error"], told["error_description"]) == ("invalid_request", "max_age must be a number of seconds.")


async def test_unknown_parameters_are_ignored(http: Http, world: World) -> None:
    http.cookies.clear()
    more = urlencode({"ui_locales": "fran\u00e7ais", "x": QUOTING[0]})
    url = f"{authorization('crm', Pkce())}&{more}"
    assert (await http.get(url)).status_code == 200


def test_the_librarys_own_descriptions_are_replaced() -> None:
    for error in (UnsupportedGrantTypeError("canary"), UnsupportedResponseTypeError("canary")):
        sent = with_own_description(error)
        assert (sent.error, "canary" in str(sent.get_body())) == (error.error, False)
