"""GraphQL over HTTP, one row per rule. Identifiers such as 22EB are those of npm's graphql-http audit."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from resolvers.answering.requests import Outcome
from resolvers.codes import Code
from tests.server.conftest import ORIGIN, Make
from tests.server.fake_graph import FakeGraph

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HELLO = {"query": "{ __typename }"}
MISSING: Any = object()


class Asking:
    """Asks with a valid token, so that a row says only what it is about."""

    def __init__(self, client: TestClient, bearer: dict[str, str]) -> None:
        self.client = client
        self.bearer = bearer

    def post(self, body: Any, accept: str | None = None, content_type: str | None = JSON, **more: str) -> Any:
        headers = {**self.bearer, **more}
        if accept is not None:
            headers["Accept"] = accept
        if content_type is not None:
            headers["Content-Type"] = content_type
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/graphql", content=content, headers=headers)

    def get(self, accept: str | None = None, method: str = "GET", **parameters: str) -> Any:
        headers = {**self.bearer, **({} if accept is None else {"Accept": accept})}
        return self.client.request(method, f"/graphql?{urlencode(parameters)}", headers=headers)


@pytest.fixture
def ask(make_client: Make, bearer: dict[str, str]) -> Asking:
    return Asking(make_client(get_queries="on"), bearer)


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


def test_a_dry_run_reaches_the_graph(ask: Asking, graph: FakeGraph) -> None:
    ask.post(HELLO, **{"Customer360-Dry-Run": "service_agent/care"})
    ask.post(HELLO)

    assert [request.dry_run for request in graph.asked] == ["service_agent/care", None]


# Media types -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (RESPONSE, RESPONSE),  # 22EB
        (JSON, JSON),  # 4655
        ("*/*", JSON),  # 47DE
        (None, JSON),  # 80D8
        ("application/*", JSON),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{JSON};q=0.9, {RESPONSE};q=0.8", JSON),
        (f"{RESPONSE};q=0.5, */*;q=0.1", RESPONSE),
        (f"{RESPONSE}, */*", RESPONSE),
        (f"{RESPONSE};q=0, */*", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("APPLICATION/GraphQL-Response+JSON", RESPONSE),
        (f"{RESPONSE}; charset=utf-8", RESPONSE),
        (f"{JSON}, multipart/mixed", JSON),
    ],
)
def test_the_answer_has_the_media_type_that_is_wanted(ask: Asking, accept: str | None, media: str) -> None:
    response = ask.post(HELLO, accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
    assert response.content.decode() == '{"data":{"__typename":"Query"}}'  # 82A3


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "",
        f"{JSON};q=0",
        f"{JSON};q=0, {RESPONSE};q=0",
        f"{JSON}; charset=utf-16",
        f"{JSON};q=many",
        "image/*",
        "*",
        ",;,;q",
        "x" * 2000,
    ],
)
def test_no_acceptable_media_type_is_406(ask: Asking, graph: FakeGraph, accept: str) -> None:
    response = ask.post(HELLO, accept)
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
    assert graph.asked == []


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,  # 78D5, 03D4
        f"{JSON}; charset=utf-8",  # BF61
        f'{JSON};charset="UTF-8"',
        "Application/JSON",
    ],
)
def test_json_in_utf_8_is_read(ask: Asking, content_type: str) -> None:
    document = '{ echo(text: "Run🏃Swim🏊") }'
    response = ask.post(json.dumps({"query": document}, ensure_ascii=False).encode(), None, content_type)
    assert response.json() == {"data": {"echo": "Run🏃Swim🏊"}}


@pytest.mark.parametrize(
    "content_type",
    [
        None,  # 9ABE
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "text/json",
        "application/json-patch+json",
        f"{JSON}; charset=utf-16",
        f"{JSON}; charset=latin-1",
        "text/plain; application/json",
        f"text/plain, {JSON}",
        ";",
    ],
)
def test_what_a_browser_sends_unasked_is_415(ask: Asking, graph: FakeGraph, content_type: str | None) -> None:
    response = ask.post(HELLO, None, content_type)
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert response.headers["accept-post"] == JSON
    assert graph.asked == []


# Parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize(
    "body",
    [
        b"",  # A5BF
        b'{ "not a JSON',  # BCF8, B7N8, B6DC
        b"\xff\xfe{",
        b'{"query": NaN}',
        b'{"query": "{ __typename }"} {}',
        b'{"query": "\\ud800"}',
        [],
        [HELLO],
        None,
        1,
        "text",
        {},
        {"notquery": "{ __typename }"},  # 423L
        {"qeury": "{ __typename }"},  # 8764, 3E3A
        *({"query": invalid} for invalid in ({"obj": "ect"}, 0, False, ["array"], None, "")),  # LKJ0-3
        *({**HELLO, "operationName": invalid} for invalid in ({"obj": "ect"}, 0, False, ["array"])),  # 6C00-3
        *({**HELLO, "variables": invalid} for invalid in ("string", 0, False, ["array"])),  # 4760-3
        *({**HELLO, "extensions": invalid} for invalid in ("string", 0, False, ["array"])),  # 58B0-3
    ],
)
def test_what_is_no_request_is_400(ask: Asking, graph: FakeGraph, body: Any, accept: str) -> None:
    response = ask.post(body, accept)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert "data" not in response.json()
    assert graph.asked == []


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize(
    "more",
    [
        {},  # 2C94, 34A2, 13EE
        {"variables": None},  # 94B0, 0220
        {"operationName": None},  # 94B1, 0221
        {"operationName": ""},
        {"extensions": None},  # 94B2, 0222
        {"extensions": {"some": "value"}},  # 428F, 1B7A
        {"somethingElse": 1},
    ],
)
def test_optional_parameters_may_be_null(ask: Asking, more: dict[str, Any], accept: str) -> None:
    response = ask.post({**HELLO, **more}, accept)
    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
def test_operation_name_and_variables_reach_the_graph(ask: Asking, graph: FakeGraph, accept: str) -> None:
    document = "query A { hello } query B($t: String) { echo(text: $t) }"
    response = ask.post({"query": document, "operationName": "B", "variables": {"t": "hi"}}, accept)
    assert response.json() == {"data": {"echo": "hi"}}  # 8161, B8B3, 2EA1, 28B9
    (asked,) = graph.asked
    assert (asked.operation_name, asked.variables, asked.read_only) == ("B", {"t": "hi"}, False)
    assert asked.request_id == response.headers["customer360-request-id"]


@pytest.mark.parametrize("shape", ['{"deep":%s}', '{"list":[%s]}'])
@pytest.mark.parametrize(("levels", "status"), [(20, 200), (100, 400), (900, 400), (20_000, 400)])
def test_deep_variables_are_bounded(ask: Asking, shape: str, levels: int, status: int) -> None:
    head, tail = shape.split("%s")
    deep = head * levels + "{}" + tail * levels
    body = f'{{"query": "query($d: Deep) {{ echo(text: \\"a\\", deep: $d) }}", "variables": {{"d": {deep}}}}}'
    assert ask.post(body.encode(), RESPONSE).status_code == status


# Statuses ----------------------------------------------------------------------------------------------------------

PARSE = "{"
VALIDATION = "{ 8f31403dfe404bccbb0e835f2629c6a7 }"
UNKNOWN_FIELD = "{ none }"
COERCION = "query CoerceFailure($id: ID!){ __typename }"
TRUE_COERCION = "query($t: String!) { echo(text: $t) }"


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        (PARSE, None, "GRAPHQL_PARSE_FAILED"),  # 865D, 556A, D586, 572B
        (VALIDATION, None, "GRAPHQL_PARSE_FAILED"),  # 51FE, 74FF, 5E5B, FDE2
        (UNKNOWN_FIELD, None, "GRAPHQL_VALIDATION_FAILED"),
        (COERCION, {"id": None}, "GRAPHQL_VALIDATION_FAILED"),  # 86EE, 7B9B
        (TRUE_COERCION, {"t": None}, "BAD_USER_INPUT"),
        ("query A { hello } query B { hello }", None, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
@pytest.mark.parametrize(("accept", "status"), [(RESPONSE, 400), (JSON, 200)])
def test_a_refused_operation(
    ask: Asking, document: str, variables: Any, expected: str, accept: str, status: int
) -> None:
    response = ask.post({"query": document, "variables": variables}, accept)
    assert (response.status_code, code(response)) == (status, expected)
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("accept", "setting", "status"), [(RESPONSE, "200", 200), (RESPONSE, "294", 294), (JSON, "294", 200)]
)
def test_data_with_errors(make_client: Make, bearer: dict[str, str], accept: str, setting: str, status: int) -> None:
    ask = Asking(make_client(partial_status=setting), bearer)
    response = ask.post({"query": "{ hello broken }"}, accept)
    assert response.status_code == status
    assert response.json()["data"] == {"hello": "world", "broken": None}
    assert ask.post({"query": "{ hello }"}, accept).status_code == 200


@pytest.mark.parametrize("accept", [RESPONSE, JSON])
@pytest.mark.parametrize(
    ("given", "status"),
    [(Code.INTERNAL_SERVER_ERROR, 500), (Code.CORE_UNAVAILABLE, 503), (Code.ACCESS_LOG_UNAVAILABLE, 503)],
)
def test_a_fault_of_ours_is_5xx(ask: Asking, graph: FakeGraph, accept: str, given: Code, status: int) -> None:
    graph.outcome = (Outcome.FAILED, given)
    response = ask.post(HELLO, accept)
    assert (response.status_code, code(response)) == (status, given)
    assert ("retry-after" in response.headers) == (status == 503)


def test_an_exception_tells_nothing(ask: Asking, graph: FakeGraph, caplog: pytest.LogCaptureFixture) -> None:
    graph.fault = RuntimeError("Kim Larsson owes 12.50")
    graph.fault.__cause__ = KeyError("+46701740605")
    response = ask.post({"query": '{ echo(text: "secret") }'}, RESPONSE)
    assert (response.status_code, code(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "Larsson" not in response.text + caplog.text
    assert "+4670" not in response.text + caplog.text
    assert "secret" not in caplog.text
    assert "RuntimeError at" in caplog.text
    assert "KeyError" in caplog.text
    assert response.headers["customer360-request-id"] in caplog.text
    graph.fault = None
    assert ask.post(HELLO).status_code == 200


# GET ---------------------------------------------------------------------------------------------------------------


def test_get_answers_queries(ask: Asking, graph: FakeGraph) -> None:
    assert ask.get(query="{ __typename }").status_code == 200  # 5A70
    assert graph.asked[0].read_only


@pytest.mark.parametrize("accept", [RESPONSE, JSON])  # D6D5, 6A70
def test_get_reads_variables_as_json(ask: Asking, accept: str) -> None:
    document = "query A { hello } query B($t: String) { echo(text: $t) }"
    response = ask.get(accept, query=document, operationName="B", variables='{"t": "å+"}', extensions='{"some": 1}')
    assert response.json() == {"data": {"echo": "å+"}}


@pytest.mark.parametrize("accept", [RESPONSE, JSON, None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_runs_no_mutation(ask: Asking, accept: str | None, method: str) -> None:
    response = ask.get(accept, method, query="mutation { touch }")  # 9C48
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert method == "HEAD" or code(response) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=",
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%7B__typename%7D&variables=%7B%7D&variables=%7B%7D",
        "query=%7B__typename%7D&variables=nonsense",
        "query=%7B__typename%7D&variables=[]",
        "query=%7B__typename%7D&variables=",
        "query=%7B__typename%7D&extensions=1",
        "query=%ff",
        "query=%7B__typename%7D&variables=%22%ed%a0%80%22",
        "&".join(["a=1"] * 100),
    ],
)
def test_a_url_that_is_no_request_is_400(ask: Asking, graph: FakeGraph, query: str) -> None:
    response = ask.client.get(f"/graphql?{query}", headers=ask.bearer)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert graph.asked == []


def test_head_is_get_without_the_body(ask: Asking) -> None:
    get, head = (ask.get(RESPONSE, method, query="{ hello }") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    volatile = {"customer360-request-id"}
    assert {**head.headers, **dict.fromkeys(volatile)} == {**get.headers, **dict.fromkeys(volatile)}


def test_a_url_has_an_end(ask: Asking) -> None:
    assert ask.get(query="{ hello } #" + "x" * 32_000).status_code == 200
    response = ask.get(query="{ hello }" + "x" * 33_000)
    assert (response.status_code, code(response)) == (414, "URI_TOO_LONG")


# Methods and origins -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_other_methods_are_405(ask: Asking, method: str) -> None:
    response = ask.client.request(method, "/graphql", headers=ask.bearer)
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def preflight(client: TestClient, origin: str) -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, customer360-purpose",
    }
    return client.options("/graphql", headers=asked)


def test_a_page_of_an_allowed_origin_may_ask(client: TestClient) -> None:
    response = preflight(client, ORIGIN)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS"
    allowed = response.headers["access-control-allow-headers"].split(", ")
    ours = ["Customer360-Purpose", "Customer360-Dry-Run", "Customer360-Cost"]
    tracing = ["traceparent", "tracestate", "baggage"]
    clients = ["apollographql-client-name", "apollographql-client-version", "x-requested-with"]
    assert allowed == ["Authorization", "Content-Type", "DPoP", *ours, *tracing, *clients]
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}:444", "http://crm.example.com"],
)
def test_a_page_of_another_origin_may_not(ask: Asking, origin: str) -> None:
    for response in (preflight(ask.client, origin), ask.post(HELLO, Origin=origin)):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("authorized", [True, False])
def test_an_allowed_origin_reads_refusals_too(ask: Asking, authorized: bool) -> None:
    if not authorized:
        ask.bearer = {}
    response = ask.post(HELLO, Origin=ORIGIN)
    assert response.status_code == (200 if authorized else 401)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Customer360-Request-Id" in response.headers["access-control-expose-headers"]


def test_options_alone_lists_the_methods(client: TestClient) -> None:
    response = client.options("/graphql")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")


# Every answer ------------------------------------------------------------------------------------------------------


def test_no_answer_is_kept_on_the_way(ask: Asking) -> None:
    answered = [
        ask.post(HELLO),
        ask.post(b""),
        ask.get(),
        ask.client.options("/graphql"),
        ask.post(HELLO, "no"),
    ]
    ask.bearer = {}
    answered.append(ask.post(HELLO))
    for response in answered:
        assert response.headers["cache-control"] == "no-store"
        vary = "Accept, Accept-Encoding, Authorization, Customer360-Dry-Run, Customer360-Purpose, Origin"
        assert response.headers["vary"] == vary
        assert response.headers["x-content-type-options"] == "nosniff"
    ids = {response.headers["customer360-request-id"] for response in answered}
    assert len(ids) == len(answered)


# Bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "status"), [(1024, 200), (1025, 413)])
@pytest.mark.parametrize("is_streamed", [True, False])
def test_the_body_is_bounded_to_the_byte(
    make_client: Make, bearer: dict[str, str], graph: FakeGraph, size: int, status: int, is_streamed: bool
) -> None:
    client = make_client(max_body_bytes="1024")
    body = json.dumps(HELLO).encode().ljust(size)
    content: Any = (body[at : at + 100] for at in range(0, size, 100)) if is_streamed else body
    response = client.post("/graphql", content=content, headers={**bearer, "Content-Type": JSON})
    assert response.status_code == status
    assert (len(graph.asked) == 1) == (status == 200)
    assert status == 200 or code(response) == "BODY_TOO_LARGE"


@pytest.mark.parametrize("length", ["-5", "ten", "9" * 5000, ""])
def test_a_false_content_length_does_no_harm(ask: Asking, length: str) -> None:
    response = ask.post(HELLO, **{"Content-Length": length})
    assert response.status_code in (200, 413)


# Headers of ours ---------------------------------------------------------------------------------------------------


def test_what_is_asked_by_headers_reaches_the_graph(ask: Asking, graph: FakeGraph) -> None:
    ask.post(HELLO)
    ask.post(HELLO, **{"Customer360-Dry-Run": "auditor; purpose=audit", "Customer360-Cost": "1"})
    ask.post(HELLO, **{"Customer360-Cost": "yes"})
    options = [(asked.dry_run, asked.tells_cost) for asked in graph.asked]
    assert options == [(None, False), ("auditor; purpose=audit", True), (None, False)]


@pytest.mark.parametrize(
    ("encoding", "status"), [("identity", 200), ("gzip", 415), ("br", 415), ("gzip, identity", 415)]
)
def test_a_compressed_body_is_415(ask: Asking, graph: FakeGraph, encoding: str, status: int) -> None:
    response = ask.post(HELLO, **{"Content-Encoding": encoding})
    assert response.status_code == status
    assert (len(graph.asked) == 1) == (status == 200)


@pytest.mark.parametrize(("values", "status"), [(9_999, 200), (10_000, 400)])
def test_variables_have_so_many_values(ask: Asking, values: int, status: int) -> None:
    # The list is a value itself.
    response = ask.post({**HELLO, "variables": {"a": [0] * values}})
    assert response.status_code == status
