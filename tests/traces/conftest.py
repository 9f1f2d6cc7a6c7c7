"""A collector for each test, that whatever is started in it delivers its spans to."""

from collections.abc import Iterator

import pytest

from tests.traces.collector import Collector, collecting


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as started:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.url)
        yield started
