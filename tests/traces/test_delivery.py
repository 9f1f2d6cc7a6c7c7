"""A collector that is down, refuses, or is silent costs no answer, no time at the end, and one line in the log."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings.environment import SettingsError, load
from server.telemetry.export import open_tracer
from tests.conftest import Addresses
from tests.faults.served import served
from tests.house.project import ROOT
from tests.traces.collector import Collector

# Far longer than an end may take, and shorter than the half minute that OpenTelemetry would wait.
SECONDS = 20
DROPPED, AGAIN = "traces cannot be delivered, and are dropped", "traces are delivered again"
# A span, once it has ended, is on its way: what a process does in days happens in a moment.
AT_ONCE = {"OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1", "OTEL_BSP_MAX_QUEUE_SIZE": "2"}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in AT_ONCE.items():
        monkeypatch.setenv(key, value)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        each.getMessage() for each in caplog.records if each.name.startswith(("customer360.traces", "opentelemetry"))
    ]


@pytest.mark.usefixtures("at_once")
async def test_nobody_there(
    seeded: Addresses, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    async with served(seeded, tmp_path, traces="on") as server:
        assert {(await server.ask()).status for _ in range(20)} == {200}
    assert said(caplog) == [DROPPED]


@pytest.mark.usefixtures("at_once")
async def test_it_refuses_and_is_back(
    seeded: Addresses, tmp_path: Path, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.status = 400
    async with served(seeded, tmp_path, traces="on") as server:
        assert {(await server.ask()).status for _ in range(20)} == {200}
        await _until_logged(caplog, DROPPED)
        collector.status = 200
        await server.ask()
        await _until_logged(caplog, AGAIN)
    assert said(caplog) == [DROPPED, AGAIN]
    assert collector.spans


@pytest.mark.usefixtures("at_once")
async def test_it_is_silent(
    seeded: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be waited for for minutes: answers do not, nor does the end."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")
    collector.answers.clear()
    async with asyncio.timeout(SECONDS):
        async with served(seeded, tmp_path, traces="on") as server:
            assert {(await server.ask()).status for _ in range(20)} == {200}
            while not collector.asked:  # noqa: ASYNC110 - the collector runs in another thread
                await asyncio.sleep(0.01)
    assert (collector.asked, collector.bodies) == (1, [])


async def test_what_is_left_is_delivered_at_the_end(
    seeded: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
    async with served(seeded, tmp_path, traces="on") as server:
        for _ in range(5):
            await server.ask()
        assert collector.asked == 0
    assert len(collector.operations) == 5


_OFF = """
import asyncio, sys
from pathlib import Path
from tests.faults.served import served
async def main():
    async with served(dict.fromkeys(%r, %r), Path(%r)) as server:
        assert (await server.ask()).status == 200
asyncio.run(main())
print([name for name in sys.modules if name.startswith(("opentelemetry", "requests", "google.protobuf"))])
"""


def test_who_wants_no_traces_loads_nothing(seeded: Addresses, tmp_path: Path) -> None:
    script = _OFF % (tuple(seeded), seeded["core"], str(tmp_path))
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    ("key", "value", "message_part"),
    [
        ("OTEL_TRACES_EXPORTER", "console", "OTEL_TRACES_EXPORTER: console is not known here"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not spoken here"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "http/json is not spoken here, only http/protobuf"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "an OTEL_ variable cannot be used: max_queue_size must be"),
    ],
)
async def test_what_would_go_unheard_is_refused(
    key: str, value: str, message_part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError, match=message_part):
        async with open_tracer("tests"):
            pass


def test_without_the_packages_it_says_what_to_install() -> None:
    script = "import sys; sys.modules['opentelemetry.sdk'] = None; import server.telemetry.export"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "CUSTOMER360_TRACES: OpenTelemetry is missing. Run: pip install 'customer360[traces]'" in ran.stderr


def test_it_is_on_or_off() -> None:
    assert not load({}).traces
    with pytest.raises(SettingsError, match="CUSTOMER360_TRACES"):
        load({"CUSTOMER360_TRACES": "some"})


async def _until_logged(caplog: pytest.LogCaptureFixture, message: str) -> None:
    async with asyncio.timeout(SECONDS):
        while message not in said(caplog):  # noqa: ASYNC110 - a log has no event to wait for
            await asyncio.sleep(0.01)
