"""Tokens and purposes as they come over HTTP: RFC 6750, and what is never accepted."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from auth.tokens.minting import mint
from tests.server.conftest import EXPECTED, KEY
from tests.server.fake_graph import FakeGraph

JSON = {"Content-Type": "application/json"}
BODY = b'{"query": "{ subject purpose }"}'
BARE = 'Bearer realm="customer360"'

Headers = list[tuple[str, str]]


def ask(client: TestClient, headers: Headers, body: bytes = BODY, query: str = "") -> Any:
    return client.post(f"/graphql{query}", content=body, headers=[*JSON.items(), *headers])


def code(response: Any) -> str:
    (error,) = response.json()["errors"]
    assert set(error) == {"message", "extensions"}
    return str(error["extensions"]["code"])


@pytest.fixture
def token(bearer: dict[str, str]) -> str:
    return bearer["Authorization"].removeprefix("Bearer ")


def test_the_viewer_reaches_the_graph(client: TestClient, token: str, graph: FakeGraph) -> None:
    response = ask(client, [("Authorization", f"Bearer {token}")])
    assert response.json() == {"data": {"subject": "kim", "purpose": None}}
    viewer = graph.asked[0].viewer
    assert (viewer.viewer_class, viewer.purposes) == ("service_agent", frozenset({"care", "payment"}))


@pytest.mark.parametrize(
    ("purposes", "purpose"), [(["care"], "care"), (["care", "payment"], None), ([], None), (["no such purpose"], None)]
)
def test_the_only_purpose_of_a_token_needs_no_header(
    client: TestClient, purposes: list[str], purpose: str | None
) -> None:
    of_token = mint(KEY, EXPECTED, role="service_agent", purposes=purposes)
    response = ask(client, [("Authorization", f"Bearer {of_token}")])
    assert response.json()["data"]["purpose"] == purpose


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_of_any_case(client: TestClient, token: str, scheme: str) -> None:
    assert ask(client, [("Authorization", f"{scheme} {token}")]).status_code == 200


def test_who_sends_no_token_is_told_how_and_of_no_error(client: TestClient, graph: FakeGraph) -> None:
    response = ask(client, [])
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == BARE
    assert graph.asked == []


@pytest.mark.parametrize("value", ["Basic a2ltOnB3", "DPoP abc", "Token abc", "abc", "", " "])
def test_another_scheme_is_challenged_without_an_error(client: TestClient, value: str) -> None:
    response = ask(client, [("Authorization", value)])
    assert (response.status_code, response.headers["www-authenticate"]) == (401, BARE)


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer abc", "Bearer a.b.c", "Bearer a b", "Bearer x,y"])
def test_a_bad_token_is_an_invalid_token(client: TestClient, value: str, graph: FakeGraph) -> None:
    response = ask(client, [("Authorization", value)])
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    challenge = f'{BARE}, error="invalid_token", error_description="The access token is malformed."'
    assert response.headers["www-authenticate"] == challenge
    assert graph.asked == []


def test_a_token_of_bytes_that_are_no_text_is_refused(client: TestClient) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Authorization", b"Bearer \xff.\xfe.\xfd")]
    assert client.post("/graphql", content=BODY, headers=headers).status_code == 401


def test_two_tokens_are_refused(client: TestClient, token: str, graph: FakeGraph) -> None:
    response = ask(client, [("Authorization", f"Bearer {token}")] * 2)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert 'error="invalid_request"' in response.headers["www-authenticate"]
    assert graph.asked == []


@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize("place", ["url", "get", "encoded", "body", "form"])
def test_a_token_anywhere_else_is_refused(
    client: TestClient, token: str, graph: FakeGraph, place: str, with_header: bool
) -> None:
    headers = [("Authorization", f"Bearer {token}")] if with_header else []
    if place == "url":
        response = ask(client, headers, query=f"?access_token={token}")
    elif place == "get":
        response = client.get(f"/graphql?query=%7Bsubject%7D&access_token={token}", headers=headers)
    elif place == "encoded":
        response = client.get(f"/graphql?query=%7Bsubject%7D&access%5Ftoken={token}", headers=headers)
    elif place == "body":
        response = ask(client, headers, b'{"query": "{ subject }", "access_token": "%b"}' % token.encode())
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        content = f"access_token={token}&query=%7Bsubject%7D"
        response = client.post("/graphql", content=content, headers=[*form.items(), *headers])
    assert response.status_code in (400, 401, 415)
    assert graph.asked == []


def test_a_cookie_is_never_read(client: TestClient, token: str, graph: FakeGraph) -> None:
    response = ask(client, [("Cookie", f"token={token}; access_token={token}; Authorization=Bearer {token}")])
    assert response.status_code == 401
    assert graph.asked == []


@pytest.mark.parametrize("purpose", ["care", "payment", " care "])
def test_a_purpose_of_the_token_is_acted_for(client: TestClient, token: str, purpose: str) -> None:
    response = ask(client, [("Authorization", f"Bearer {token}"), ("Customer360-Purpose", purpose)])
    assert response.json()["data"]["purpose"] == purpose.strip()


@pytest.mark.parametrize(
    ("purposes", "status", "expected"),
    [
        (["nonsense"], 400, "PURPOSE_UNKNOWN"),
        ([""], 400, "PURPOSE_UNKNOWN"),
        (["CARE"], 400, "PURPOSE_UNKNOWN"),
        (["c\u00e4re"], 400, "PURPOSE_UNKNOWN"),
        (["rights"], 403, "PURPOSE_NOT_ALLOWED"),
        (["care,payment"], 400, "BAD_REQUEST"),
        (["care, care"], 400, "BAD_REQUEST"),
        (["care", "payment"], 400, "BAD_REQUEST"),
        (["care", "care"], 400, "BAD_REQUEST"),
    ],
)
def test_any_other_purpose_is_refused(
    client: TestClient, token: str, graph: FakeGraph, purposes: list[str], status: int, expected: str
) -> None:
    named = [(b"Customer360-Purpose", purpose.encode("latin-1")) for purpose in purposes]
    headers: Any = [(b"Authorization", f"Bearer {token}".encode()), (b"Content-Type", b"application/json"), *named]
    response = client.post("/graphql", content=BODY, headers=headers)
    assert (response.status_code, code(response)) == (status, expected)
    assert graph.asked == []


def test_a_refusal_repeats_nothing_of_what_was_sent(client: TestClient, token: str) -> None:
    marked = "x9f2marker"
    sent: list[Headers] = [
        [("Authorization", f"Bearer {marked}.{marked}.{marked}")],
        [("Authorization", f"Bearer {token}"), ("Customer360-Purpose", marked)],
        [("Authorization", f"Bearer {token}"), ("Accept", marked)],
    ]
    for headers in sent:
        response = ask(client, headers)
        assert response.status_code >= 400
        assert marked not in response.text + str(response.headers)
