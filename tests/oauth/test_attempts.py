"""Attempts to sign in are limited by source and by name, and a known device is not locked out by others."""

from uuid import uuid4

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest

from auth.oauth.attempts import PER_NAME_AND_SOURCE, PER_SOURCE, AttemptLimits
from auth.rates import OwnBuckets
from server.graphql.cors import AllowedOrigins
from server.oauth import cookies
from server.oauth.devices import DEVICE_SECONDS, Devices
from server.oauth.routes import routes
from server.oauth.service import OAuthService
from server.oauth.sources import source_of
from tests.oauth.world import ISSUER, ORIGIN, PASSWORD, Pkce, World, authorization, sign_in

ATTACKER, OWNER, OTHER = "203.0.113.7", "198.51.100.9", "198.51.100.10"


def browser(service: OAuthService, address: str) -> httpx2.AsyncClient:
    """A browser at an address, with a cookie jar of its own."""
    app = Starlette(routes=routes(lambda: service, 1000, AllowedOrigins({ORIGIN})))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(address, 1)), base_url=ISSUER)


async def attempt(http: httpx2.AsyncClient, username: str, password: str = PASSWORD) -> int:
    """The status: 303 for a success, 401 for a refusal. Other cookies than the device's are dropped."""
    kept = {cookie.name: cookie.value for cookie in http.cookies.jar if cookie.name == cookies.DEVICE}
    http.cookies.clear()
    for name, value in kept.items():
        http.cookies.set(name, str(value), path="/oauth")
    return (await sign_in(http, authorization("crm", Pkce()), username, password)).status_code


async def test_a_stranger_cannot_keep_an_account_locked(service: OAuthService, world: World) -> None:
    await world.add_account("target")
    async with browser(service, ATTACKER) as attacker, browser(service, OWNER) as owner:
        assert await attempt(owner, "target") == 303
        for _ in range(12):
            assert await attempt(attacker, "target", "wrong") == 401
        assert await attempt(attacker, "target") == 401, "locked for this source, with the right password too"
        assert await attempt(owner, "target") == 303
        async with browser(service, OTHER) as new:
            assert await attempt(new, "target") == 303, "a new device at another source"


async def test_a_known_device_signs_in_while_the_account_is_locked(
    service: OAuthService, world: World, addresses: dict[str, str]
) -> None:
    account = await world.add_account("locked")
    async with browser(service, OWNER) as known, browser(service, OTHER) as new:
        assert await attempt(known, "locked") == 303
        for _ in range(100):
            await service.store.note_failure(account)
        assert await attempt(new, "locked") == 401
        assert await attempt(known, "locked", "wrong") == 401
        assert await attempt(known, "locked") == 303
        assert await attempt(new, "locked") == 303, "the right password resets the count"


async def test_a_known_device_has_attempts_of_its_own(service: OAuthService, world: World) -> None:
    await world.add_account("stolen")
    async with browser(service, OWNER) as device, browser(service, OTHER) as new:
        assert await attempt(device, "stolen") == 303
        for _ in range(5):
            assert await attempt(device, "stolen", "wrong") == 401
        assert await attempt(device, "stolen") == 401
        assert await attempt(new, "stolen") == 303, "the account is not locked by it"


async def test_a_device_is_known_for_its_own_account_only(service: OAuthService, world: World) -> None:
    await world.add_account("one")
    account = await world.add_account("two")
    async with browser(service, OWNER) as device:
        assert await attempt(device, "one") == 303
        for _ in range(100):
            await service.store.note_failure(account)
        assert await attempt(device, "two") == 401


async def test_parallel_guesses_count_before_they_are_checked() -> None:
    limits = AttemptLimits(OwnBuckets(lambda: 0.0))
    assert [limits.draw("kim", ATTACKER, None) for _ in range(7)] == [True] * 5 + [False] * 2
    assert limits.draw("kim", OTHER, None)
    limits.restore("kim", ATTACKER, None)
    assert limits.draw("kim", ATTACKER, None)


def test_a_source_is_limited_over_all_names_unless_it_may_be_a_proxy() -> None:
    now = [0.0]
    limits = AttemptLimits(OwnBuckets(lambda: now[0]))
    drawn = [limits.draw(f"name{number}", "8.8.8.8", None) for number in range(40)]
    assert drawn.count(True) == PER_SOURCE.capacity == 30
    assert all(limits.draw(f"name{number}", "10.0.0.1", None) for number in range(40))
    now[0] = 1 / PER_NAME_AND_SOURCE.per_second
    assert limits.draw("another", "8.8.8.8", None)


def test_a_success_pays_for_no_guesses_at_other_accounts() -> None:
    limits = AttemptLimits(OwnBuckets(lambda: 0.0))
    allowed = 0
    for number in range(100):
        allowed += limits.draw(f"victim{number}", "8.8.8.8", None)
        if limits.draw("mallory", "8.8.8.8", None):
            limits.restore("mallory", "8.8.8.8", None)
    assert allowed == PER_SOURCE.capacity


def test_ipv4_is_told_apart_through_a_socket_of_ipv6() -> None:
    limits = AttemptLimits(OwnBuckets(lambda: 0.0))
    assert [limits.draw("kim", "::ffff:203.0.113.7", None) for _ in range(6)] == [True] * 5 + [False]
    assert not limits.draw("kim", "203.0.113.7", None)
    assert limits.draw("kim", "::ffff:203.0.113.8", None)


def test_the_addresses_of_one_network_are_one_source() -> None:
    limits = AttemptLimits(OwnBuckets(lambda: 0.0))
    drawn = [limits.draw("kim", f"2001:db8::{number:x}", None) for number in range(6)]
    assert drawn == [True] * 5 + [False]
    assert limits.draw("kim", "2001:db8:0:1::1", None)


def test_a_forged_or_old_device_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    devices, account = Devices(bytes(32)), uuid4()
    cookie = devices.new_cookie(account)
    known = devices.known_device(cookie, account)
    assert known is not None
    assert devices.known_device(cookie, uuid4()) is None
    assert Devices(bytes(31) + b"\1").known_device(cookie, account) is None
    device, set_at, mark = cookie.split(".")
    forged = [None, "", "..", "a.b", cookie + "0", f"{device}x.{set_at}.{mark}", f"{device}.{int(set_at) + 1}.{mark}"]
    assert [devices.known_device(each, account) for each in [*forged, "\u00e9.1.\u00e9", cookie[:-1]]] == [None] * 9
    monkeypatch.setattr("server.oauth.devices.time.time", lambda: int(set_at) + DEVICE_SECONDS + 1)
    assert devices.known_device(cookie, account) is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "source"),
    [
        (0, ["8.8.8.8"], "192.0.2.1"),
        (1, ["8.8.8.8"], "8.8.8.8"),
        (1, ["6.6.6.6, 8.8.8.8"], "8.8.8.8"),
        (2, ["6.6.6.6, 8.8.8.8, 10.0.0.2"], "8.8.8.8"),
        (2, ["8.8.8.8", "10.0.0.2"], "8.8.8.8"),
        (2, ["8.8.8.8"], "192.0.2.1"),
        (1, [], "192.0.2.1"),
    ],
)
def test_the_source_is_what_the_trusted_proxy_saw(proxies: int, forwarded: list[str], source: str) -> None:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    request = HttpRequest({"type": "http", "headers": headers, "client": ("192.0.2.1", 1)})
    assert source_of(request, proxies) == source
