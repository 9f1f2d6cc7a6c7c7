"""The schema at /schema.graphql: for signed-in viewers, as `customer360 schema print` prints it."""

from starlette.testclient import TestClient

from schema.build import print_sdl


def test_a_signed_in_viewer_gets_the_schema(client: TestClient, bearer: dict[str, str]) -> None:
    response = client.get("/schema.graphql", headers=bearer)
    assert (response.status_code, response.text) == (200, print_sdl())
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert client.get("/schema.graphql", headers=bearer).text == response.text


def test_without_a_token_there_is_a_challenge(client: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = client.get("/schema.graphql", headers=headers)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert response.headers["www-authenticate"].startswith("Bearer ")
        assert "type Customer" not in response.text
