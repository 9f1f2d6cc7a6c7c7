"""The pulse of a worker, over a real line: when it counts as having ceased, and how fast others take its place."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from auth.rates import OwnBuckets
from server.process import pulse
from server.process.pulse import BEAT, MAX_MISSED_BEATS, Pulse, beat
from server.process.workers import SECONDS_PER_REPLACEMENT, Workers


@pytest.fixture
async def line() -> AsyncIterator[tuple[Pulse, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    heard = Pulse(ours)
    with theirs:
        yield heard, theirs
        heard.stop()


async def test_one_that_misses_too_many_beats_has_ceased(line: tuple[Pulse, socket.socket]) -> None:
    heard, _ = line
    assert [heard.has_ceased() for _ in range(MAX_MISSED_BEATS + 1)] == [False] * MAX_MISSED_BEATS + [True]


async def test_a_beat_makes_up_for_those_that_were_missed(line: tuple[Pulse, socket.socket]) -> None:
    heard, theirs = line
    for _ in range(MAX_MISSED_BEATS):
        heard.has_ceased()
    theirs.send(BEAT)
    assert await heard.began()
    assert [heard.has_ceased() for _ in range(MAX_MISSED_BEATS + 1)] == [False] * MAX_MISSED_BEATS + [True]


async def test_a_loop_beats_as_long_as_it_goes_round(
    line: tuple[Pulse, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "SECONDS_BETWEEN_BEATS", 0.001)
    heard, theirs = line
    beat(theirs)
    assert await heard.began()
    for _ in range(3):
        heard.has_ceased()
        async with asyncio.timeout(60):
            while heard._missed:  # noqa: ASYNC110 - the pulse has no event to wait for
                await asyncio.sleep(0)


async def test_a_line_that_ends_is_no_beginning(line: tuple[Pulse, socket.socket]) -> None:
    heard, theirs = line
    theirs.close()
    assert not await heard.began()


async def test_nobody_who_listens_stops_no_loop() -> None:
    """The line is full, or its other end gone."""
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            _fill(theirs)
            beat(theirs)
        beat(theirs)


async def test_replacements_are_as_many_as_workers_and_then_few(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [0.0], list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with socket.socket() as listener:
        workers = Workers(listener, 2, {})
    workers._turns = OwnBuckets(lambda: now[0])
    for _ in range(4):
        await workers._wait_for_replacement()
    assert slept == [SECONDS_PER_REPLACEMENT / 2] * 2


def _fill(line: socket.socket) -> None:
    with suppress(BlockingIOError):
        while True:
            line.send(BEAT * 65536, socket.MSG_DONTWAIT)
