"""Automatic persisted queries: clients that send a hash first learn that they have to send the document."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.graphql.documents.lists import DocumentsError, read
from server.graphql.documents.trusted import TrustedDocuments
from server.graphql.parameters import Parameters, from_body
from tests.server.conftest import Make

TEXT = "query Hello { hello }"
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
SHA1 = hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()
MD5 = hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest()
JSON, RESPONSE = "application/json", "application/graphql-response+json"


def persisted(digest: object) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


def post(client: TestClient, bearer: dict[str, str], body: Any, accept: str = "*/*") -> Any:
    return client.post("/graphql", json=body, headers={**bearer, "Accept": accept})


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), (JSON, 200), (RESPONSE, 400)])
@pytest.mark.parametrize("more", [{}, {"operationName": None, "variables": {}}, {"query": None}])
def test_a_hash_alone_gets_the_error_on_which_clients_fall_back(
    client: TestClient, bearer: dict[str, str], accept: str, status: int, more: dict[str, Any]
) -> None:
    response = post(client, bearer, {**more, **persisted(SHA256)}, accept)
    error = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}
    assert (response.status_code, response.json()) == (status, {"errors": [error]})


def test_the_document_with_its_hash_is_answered_and_not_kept(client: TestClient, bearer: dict[str, str]) -> None:
    assert post(client, bearer, {"query": TEXT, **persisted(SHA256)}).json() == {"data": {"hello": "world"}}
    assert post(client, bearer, persisted(SHA256)).json()["errors"][0]["message"] == "PersistedQueryNotSupported"


@pytest.mark.parametrize("extension", [{"sha256Hash": 1}, {}, {"sha256Hash": None}, "text", ["list"], 1])
def test_a_malformed_extension_is_400(client: TestClient, bearer: dict[str, str], extension: object) -> None:
    response = post(client, bearer, {"extensions": {"persistedQuery": extension}})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


def test_other_extensions_do_not_stand_for_a_document(client: TestClient, bearer: dict[str, str]) -> None:
    assert post(client, bearer, {"extensions": {"persistedQuery": None, "other": 1}}).status_code == 400


# Trusted documents ---------------------------------------------------------------------------------------------------


def apollo(*operations: Mapping[str, object]) -> dict[str, object]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [*operations]}


OPERATION = {"id": SHA256, "name": "Hello", "type": "query", "body": TEXT}
MANIFESTS: list[Mapping[str, object]] = [
    apollo(OPERATION),
    {SHA256: TEXT},
    {f"sha256:{SHA256}": TEXT},
    {SHA1: TEXT},
    {MD5: TEXT},
]


@pytest.mark.parametrize("manifest", MANIFESTS)
@pytest.mark.parametrize("digest", [SHA256, "listed"])
def test_manifests_are_read_as_their_tools_write_them(manifest: Mapping[str, str], digest: str, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest))
    if digest == "listed":
        digest = next(iter(manifest)).removeprefix("sha256:") if "format" not in manifest else SHA256
    trusted = TrustedDocuments("require", read(file))
    viewer: Any = None
    sent = [{"documentId": digest}, {"documentId": f"sha256:{digest}"}, persisted(digest), {"query": TEXT}]
    assert [trusted.text_of(from_body(json.dumps(each).encode()), viewer) for each in sent] == [TEXT] * 4


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (apollo({**OPERATION, "body": TEXT + " "}), SHA256),
        (apollo({**OPERATION, "id": None}), "None"),
        (apollo({"id": SHA256}), SHA256),
        ({"format": "apollo-persisted-query-manifest"}, "no list of operations"),
        ({**apollo(), "operations": ["text"]}, "no list of operations"),
        ({MD5: TEXT + " "}, MD5),
        ({"abc": TEXT}, "abc"),
        ({SHA256.upper(): TEXT}, SHA256.upper()),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_entry(manifest: object, message: str, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest))
    with pytest.raises(DocumentsError, match=message):
        read(file)


# GET -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "url",
    [
        "query=%7Bhello%7D",
        f"documentId={SHA256}&variables=%7B%22p%22:%22%2B467%22%7D",
        f"variables=%7B%22p%22:1%7D&extensions=%7B%22persistedQuery%22:%7B%22sha256Hash%22:%22{SHA256}%22%7D%7D",
    ],
)
def test_get_is_refused_unless_a_setting_allows_it(
    make_client: Make, bearer: dict[str, str], url: str, method: str
) -> None:
    response = make_client().request(method, f"/graphql?{url}", headers=bearer)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    if method == "GET":
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "METHOD_NOT_ALLOWED"
        assert "preferGetMethod: false" in error["message"]
        assert "useGETForQueries: false" in error["message"]
        assert "467" not in response.text
    allowed = make_client(get_queries="on").request(method, f"/graphql?{url}", headers=bearer)
    assert allowed.status_code == (200 if "documentId" not in url else 400)


@pytest.mark.parametrize("variables", ["", "&variables=%7B%7D"])
def test_get_reaches_documents_by_their_id(client: TestClient, bearer: dict[str, str], variables: str) -> None:
    """No document is listed here, so that the error is the list's."""
    response = client.get(f"/graphql?documentId={SHA256}{variables}", headers=bearer)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "DOCUMENT_UNKNOWN")


def test_an_id_with_variables_may_be_personal() -> None:
    assert [Parameters(None, "x", None, each).is_id_alone for each in (None, {}, {"a": 1})] == [True, True, False]
    assert not Parameters("{ hello }", None, None, None).is_id_alone
