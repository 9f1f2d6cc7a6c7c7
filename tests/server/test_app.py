import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier
from server.app import Customer360
from server.settings.environment import load
from server.telemetry import health
from tests.server.conftest import EXPECTED, KEY, PURPOSES, Make
from tests.server.fake_graph import FakeGraph, opener


def client_with(found: Mapping[str, bool] | Exception, tmp_path: Path) -> TestClient:
    async def check() -> Mapping[str, bool]:
        if isinstance(found, Exception):
            raise found
        return found

    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path)})
    verifier = Verifier(EXPECTED, TrustedKeys([KEY]))
    return TestClient(Customer360(settings, verifier, PURPOSES, opener(FakeGraph(), check)))


@pytest.mark.parametrize(
    ("found", "status", "word"),
    [
        ({"core": True, "finance": True}, 200, "ready"),
        ({"core": True, "finance": False}, 200, "degraded"),
        ({"core": False, "finance": True}, 503, "unready"),
        ({}, 503, "unready"),
        (OSError("no such host db.example"), 503, "unready"),
    ],
)
def test_readiness_is_cores(tmp_path: Path, found: Mapping[str, bool] | Exception, status: int, word: str) -> None:
    with client_with(found, tmp_path) as client:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (status, word)
        assert response.headers["cache-control"] == "no-store"
        assert "db.example" not in response.text
        assert client.get("/healthz").json() == {"status": "ok"}


def test_databases_that_hang_are_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> Mapping[str, bool]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(health, "MAX_CHECK_SECONDS", 0.05)
    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path)})
    app = Customer360(settings, Verifier(EXPECTED, TrustedKeys([KEY])), PURPOSES, opener(FakeGraph(), check))
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 503


def test_graphiql_opens_with_the_screen_pop(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "/graphiql")
    page = client.get("/graphiql")
    assert page.status_code == 503 or "ScreenPop" in page.text


def test_graphiql_can_be_left_out(make_client: Make) -> None:
    client = make_client(graphiql="off")
    assert client.get("/graphiql").status_code == 404
    assert client.get("/").status_code == 404
    assert client.get("/healthz").status_code == 200


def test_a_slash_at_the_end_is_the_graph_too(client: TestClient, bearer: dict[str, str]) -> None:
    response = client.post("/graphql/", json={"query": "{ hello }"}, headers=bearer, follow_redirects=False)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "world"}})


@pytest.mark.parametrize("path", ["/graphql/x", "/graphql//", "/GraphQL", "/nothing"])
def test_only_the_exact_path_is_the_graph(client: TestClient, bearer: dict[str, str], path: str) -> None:
    assert client.post(path, json={"query": "{ hello }"}, headers=bearer, follow_redirects=False).status_code == 404


def test_a_prefix_of_a_proxy_is_taken_off(tmp_path: Path, bearer: dict[str, str]) -> None:
    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path)})
    verifier = Verifier(EXPECTED, TrustedKeys([KEY]))
    app = Customer360(settings, verifier, PURPOSES, opener(FakeGraph()))
    with TestClient(app, root_path="/crm") as client:
        response = client.post("/graphql", json={"query": "{ hello }"}, headers=bearer)
        assert response.json() == {"data": {"hello": "world"}}


def test_what_keeps_the_process_from_starting_is_remembered(tmp_path: Path) -> None:
    def broken() -> None:
        raise OSError("no database")

    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path)})
    app = Customer360(settings, Verifier(EXPECTED, TrustedKeys([KEY])), PURPOSES, broken)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="no database"), TestClient(app):
        pass
    assert isinstance(app.failure, OSError)
