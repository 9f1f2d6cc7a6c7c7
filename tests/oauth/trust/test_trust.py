import asyncio
from datetime import UTC, datetime

import pytest

from auth.tokens.revocations import RENEW_SECONDS, STALE_SECONDS, Revocations, RevocationsUnknown
from server.settings.environment import load
from server.trust.gates import public_url, site_of


@pytest.mark.parametrize(
    ("settings", "issuer"),
    [
        ({}, "http://127.0.0.1:8360"),
        ({"HOST": "::1", "PORT": "9000"}, "http://[::1]:9000"),
        ({"PUBLIC_URL": "https://customers.example.com"}, "https://customers.example.com"),
        ({"PUBLIC_URL": "https://customers.example.com", "HOST": "0.0.0.0"}, "https://customers.example.com"),  # noqa: S104
        ({"OAUTH": "off"}, None),
        ({"HOST": "0.0.0.0"}, None),  # noqa: S104 - what is tried
        ({"PUBLIC_URL": "http://customers.example.com"}, None),
    ],
)
def test_the_server_is_where_it_is_reached_safely(settings: dict[str, str], issuer: str | None) -> None:
    site = site_of(load({f"CUSTOMER360_{name}": value for name, value in settings.items()}))
    assert (site.issuer if site else None) == issuer


def test_the_address_is_never_taken_from_a_request() -> None:
    assert public_url(load({"CUSTOMER360_PUBLIC_URL": "https://a.example:444"})) == "https://a.example:444"


class Slow:
    """A list of revocations whose reading takes a given time."""

    def __init__(self) -> None:
        self.readings = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.rows: list[tuple[str, str, datetime]] = []

    async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]:
        self.readings += 1
        found = list(self.rows)
        await self.gate.wait()
        return found


async def test_while_nobody_waits_it_is_read_in_the_background() -> None:
    source, now = Slow(), [0.0]
    revocations = Revocations(source, clock=lambda: now[0])
    await asyncio.gather(*(revocations.current() for _ in range(50)))
    assert source.readings == 1
    now[0] += RENEW_SECONDS + 0.01
    source.gate.clear()
    await revocations.current()
    await asyncio.sleep(0)
    assert source.readings == 2, "begun, and not waited for"
    source.gate.set()


async def test_a_slow_reading_that_began_too_long_ago_does_not_do() -> None:
    source, now = Slow(), [0.0]
    revocations = Revocations(source, clock=lambda: now[0])
    await revocations.current()
    now[0] += STALE_SECONDS - 0.1
    source.gate.clear()
    await revocations.current()
    await asyncio.sleep(0)
    source.rows.append(("token", "gone", datetime.now(UTC)))
    now[0] += STALE_SECONDS + 0.1
    waiting = asyncio.create_task(revocations.current())
    await asyncio.sleep(0)
    source.gate.set()
    await waiting
    assert source.readings == 3
    assert revocations.covers({"jti": "gone"})


async def test_one_that_never_ends_lets_nobody_in() -> None:
    source = Slow()
    source.gate.clear()
    with pytest.raises(RevocationsUnknown):
        await Revocations(source, timeout_seconds=0.05).current()
