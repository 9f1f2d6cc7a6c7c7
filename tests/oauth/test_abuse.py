"""Abuse of an installed server over real connections: it stays up, refuses, and logs no secret."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.oauth.command_line import customer360, shown
from tests.oauth.world import PASSWORD, Pkce, action_of, mark_in

pytestmark = pytest.mark.slow

COMMAND = str(Path(sys.executable).with_name("customer360"))
FORM = "application/x-www-form-urlencoded"
GUESS, WRONG = "c360_cs_guess", "not-the-password"
WEB = (
    "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback"
    f"&code_challenge={Pkce().challenge}&code_challenge_method=S256"
)
GRANT = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class Abused:
    url: str
    client: tuple[str, str]
    log: Path

    async def token_status(self, http: httpx2.AsyncClient, secret: str) -> int:
        answer = await http.post("/oauth/token", data=GRANT, auth=(self.client[0], secret))
        return answer.status_code

    async def is_up(self, http: httpx2.AsyncClient) -> bool:
        return await self.token_status(http, self.client[1]) == 200


@pytest.fixture(scope="module")
def abused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abused]:
    folder = tmp_path_factory.mktemp("abused")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER360_")}
    settings = {"DATA_DIR": str(folder / "data"), "RECEIVE_TIMEOUT_MS": "5000", "LOG_LEVEL": "debug"}
    environment = {**clean, **{f"CUSTOMER360_{name}": value for name, value in settings.items()}}
    log = folder / "log"
    with log.open("w") as out:
        command = [COMMAND, "demo", "--port", "0", "--customers", "5"]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        url = _address(log, process)
        made = shown(environment, "client", "create", "Board", "--role", "auditor", "--purpose", "audit")
        person = ("--role", "auditor", "--purpose", "audit", "--password-stdin")
        customer360(environment, "user", "create", "kim", *person, stdin=f"{PASSWORD}\n")
        page = ("--redirect-uri", "https://app.example.com/back", "--purpose", "audit", "--public")
        customer360(environment, "client", "create", "Web", "--id", "web", *page)
        yield Abused(url, (made["client_id"], made["client_secret"]), log)
    finally:
        process.terminate()
        process.wait(30)


def _address(log: Path, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(1200):
        if found := re.search(r"answers at (http://\S+)/graphql", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
async def http(abused: Abused) -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=50)
    async with httpx2.AsyncClient(base_url=abused.url, limits=limits, timeout=60) as client:
        yield client


async def test_ten_thousand_bad_secrets(abused: Abused, http: httpx2.AsyncClient) -> None:
    statuses: list[int] = []
    for start in range(0, 10_000, 100):
        guesses = (abused.token_status(http, f"{GUESS}{start + number}") for number in range(100))
        statuses += await asyncio.gather(*guesses)
    assert len(statuses) == 10_000
    assert set(statuses) <= {401, 429}
    assert await abused.is_up(http)
    assert GUESS not in abused.log.read_text()


async def test_a_flood_of_wrong_passwords(abused: Abused, http: httpx2.AsyncClient) -> None:
    """A check takes memory and a core, so few run at once, and the others are answered with 429."""
    asked = {"response_type": "code", "client_id": "web", "redirect_uri": "https://app.example.com/back"}
    challenge = {"code_challenge": Pkce().challenge, "code_challenge_method": "S256"}
    page = await http.get("/oauth/authorize", params={**asked, **challenge})
    sent = {"mark": mark_in(page.text), "username": "kim"}

    async def attempt(number: int) -> int:
        guess = {**sent, "password": f"{WRONG}{number}"}
        return (await http.post(action_of(page.text), data=guess, headers={"Origin": abused.url})).status_code

    statuses = [status for _ in range(4) for status in await asyncio.gather(*map(attempt, range(50)))]
    assert len(statuses) == 200
    assert set(statuses) == {401, 429}
    assert await abused.is_up(http)
    written = abused.log.read_text()
    assert WRONG not in written
    assert PASSWORD not in written
    assert abused.client[1] not in written


@pytest.mark.parametrize("path", ["token", "revoke", "introspect", f"login?{WEB}", "logout"])
async def test_a_form_of_ten_megabytes(abused: Abused, http: httpx2.AsyncClient, path: str) -> None:
    host = urlsplit(abused.url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    writer.write(_head(abused, f"/oauth/{path}", 10_000_000))
    # Refused by its Content-Length, before the body is read.
    assert await asyncio.wait_for(reader.readline(), 30) == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    writer.close()
    await writer.wait_closed()
    assert await abused.is_up(http)


@pytest.mark.parametrize("path", ["/oauth/token", f"/oauth/login?{WEB}"])
async def test_bodies_that_do_not_come(abused: Abused, http: httpx2.AsyncClient, path: str) -> None:
    """A hundred slow bodies at once: each is refused after five seconds, and other requests are served meanwhile."""
    host = urlsplit(abused.url)

    async def drip() -> bytes:
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.write(_head(abused, path, 1000) + b"a")
        answer = await asyncio.wait_for(reader.readline(), 30)
        writer.close()
        await writer.wait_closed()
        return answer

    dripping = [asyncio.create_task(drip()) for _ in range(100)]
    assert await abused.is_up(http)
    assert set(await asyncio.gather(*dripping)) == {b"HTTP/1.1 408 Request Timeout\r\n"}


def _head(abused: Abused, path: str, length: int) -> bytes:
    host = urlsplit(abused.url).netloc
    lines = (f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Type: {FORM}", f"Content-Length: {length}")
    return "\r\n".join((*lines, "", "")).encode()
