"""Traces of `customer360 serve` as it is run: from each of its workers, and the last of them when it ends."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.conftest import Addresses
from tests.faults.processes import serving
from tests.faults.test_workers import SECONDS, WORKERS, asked, one_each
from tests.traces.collector import Collector


@pytest.mark.slow
async def test_each_worker_tells_its_own(
    seeded: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it had not delivered yet, when it ends."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
    with serving(seeded, tmp_path, "workers", "--workers", str(WORKERS), oauth="off", traces="on") as server:
        token = server.token()
        async with one_each(server) as connections:
            assert ["data" in await asked(each, token) for each in connections.values()] == [True] * WORKERS
        assert collector.asked == 0
        server.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.process.wait, SECONDS) == 0
    assert len({each.instance for each in collector.operations}) == len(collector.operations) == WORKERS
    assert {each.name for each in collector.operations} == {"query"}


def test_what_is_missing_is_said_in_a_line(seeded: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    with (
        pytest.raises(AssertionError, match="customer360: OTEL_TRACES_EXPORTER: console is not known here") as raised,
        serving(seeded, tmp_path, "one", oauth="off", traces="on"),
    ):
        pass
    assert "Traceback" not in str(raised.value)
