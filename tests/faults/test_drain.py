"""A server that is told to end fails nobody's request: it is unready first, and stops when nobody asks it any more."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.balancer import balanced
from tests.faults.processes import Serving, serving
from tests.faults.served import request

pytestmark = pytest.mark.slow
SECONDS = 60


async def ended(server: Serving) -> int:
    return await asyncio.wait_for(asyncio.to_thread(server.process.wait), SECONDS)


@pytest.mark.alone
async def test_sigterm_under_load_fails_no_request(seeded: dict[str, str], tmp_path: Path) -> None:
    # Ten looks of the balancer: a machine that is busy with other things looks late.
    settings = {"drain_ms": "3000", "oauth": "off"}
    with (
        serving(seeded, tmp_path, "leaving", **settings) as leaving,
        serving(seeded, tmp_path, "staying", **settings) as staying,
    ):
        asked = request(staying.token())
        async with balanced([leaving.port, staying.port], asked, clients=6) as balancer:
            await asyncio.sleep(1)
            leaving.process.send_signal(signal.SIGTERM)
            assert await ended(leaving) == 0
            answered = balancer.seen[200]
            await asyncio.sleep(0.5)
        assert balancer.ready == {staying.port}
        assert list(balancer.seen) == [200]
        assert balancer.seen[200] > answered > 0


async def test_ctrl_c_and_a_second_sigterm_end_at_once(seeded: dict[str, str], tmp_path: Path) -> None:
    settings = {"drain_ms": "600000", "oauth": "off"}
    with serving(seeded, tmp_path, "interrupted", **settings) as server:
        server.process.send_signal(signal.SIGINT)
        await ended(server)
    with serving(seeded, tmp_path, "told twice", **settings) as server:
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        await ended(server)
