"""Compression of answers: large ones, for clients that accept gzip, with padding of random length."""

import gzip
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.graphql.compression import MIN_COMPRESSED_BYTES, MIN_THREAD_BYTES
from tests.server.conftest import Make

# What the answer has beside the text.
FRAME = len('{"data":{"echo":""}}')


def ask(client: TestClient, bearer: dict[str, str], size: int, accept: str | None, method: str = "POST") -> Any:
    """Request an answer of `size` bytes; the response's content is not decoded."""
    body = {"query": "query($t: String) { echo(text: $t) }", "variables": {"t": "x" * (size - FRAME)}}
    headers = {**bearer, **({} if accept is None else {"Accept-Encoding": accept})}
    with client.stream(method, "/graphql", json=body, headers=headers) as response:
        content = b"".join(response.iter_raw())
    return response, content


@pytest.mark.parametrize("size", [MIN_COMPRESSED_BYTES, MIN_THREAD_BYTES, 300_000])
@pytest.mark.parametrize(
    "accept", ["gzip", "gzip, deflate, br, zstd", "br;q=1, GZIP;q=0.5", "*", "identity;q=0, *;q=0.1"]
)
def test_a_large_answer_is_compressed(client: TestClient, bearer: dict[str, str], size: int, accept: str) -> None:
    response, content = ask(client, bearer, size, accept)
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-length"] == str(len(content))
    assert len(content) < size / 5
    _, plain = ask(client, bearer, size, None)
    assert gzip.decompress(content) == plain
    assert len(plain) == size


@pytest.mark.parametrize("accept", [None, "", "identity", "br, zstd", "gzip;q=0", "gzip;q=0, *", "gzip;q=x", "*;q=0"])
def test_a_client_that_does_not_accept_gzip_gets_plain_text(
    client: TestClient, bearer: dict[str, str], accept: str | None
) -> None:
    response, content = ask(client, bearer, 10_000, accept)
    assert "content-encoding" not in response.headers
    assert len(content) == 10_000


def test_a_small_answer_is_not_compressed(client: TestClient, bearer: dict[str, str]) -> None:
    response, content = ask(client, bearer, MIN_COMPRESSED_BYTES - 1, "gzip")
    assert "content-encoding" not in response.headers
    assert len(content) == MIN_COMPRESSED_BYTES - 1


def test_it_can_be_switched_off(make_client: Make, bearer: dict[str, str]) -> None:
    response, content = ask(make_client(compression="off"), bearer, 10_000, "gzip")
    assert "content-encoding" not in response.headers
    assert len(content) == 10_000


def test_the_length_of_equal_answers_varies(client: TestClient, bearer: dict[str, str]) -> None:
    lengths = {len(ask(client, bearer, 10_000, "gzip")[1]) for _ in range(40)}
    assert len(lengths) > 5
