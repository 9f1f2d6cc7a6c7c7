"""Prometheus metrics at /metrics. No label contains anything from a request."""

from __future__ import annotations

import os
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.graphql.operations import OperationReport
from server.settings.environment import SettingsError
from server.telemetry.gauges import Gauge, Gauges

try:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
    from prometheus_client.core import GaugeMetricFamily
except ImportError as error:
    needed = "CUSTOMER360_METRICS: prometheus-client is missing. Run: pip install 'customer360[metrics]'"
    raise SettingsError(needed) from error

PATH = "/metrics"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
POINTS = (1, 10, 30, 100, 300, 1_000, 3_000, 10_000)
PREFIX = "customer360_"


class Metrics:
    """The metrics of one worker; its process id is a label of its gauges."""

    def __init__(self) -> None:
        self._registry = kept = CollectorRegistry()
        self._seconds = Histogram(
            f"{PREFIX}operation_seconds",
            "How long operations took, by status.",
            ["status"],
            buckets=BUCKETS,
            registry=kept,
        )
        self._errors = Counter(
            f"{PREFIX}errors", "Answers with errors, by the code of the first.", ["code"], registry=kept
        )
        self._withheld = Counter(
            f"{PREFIX}withheld",
            "Fields that were masked or withheld, by the department that owns them, type and rule.",
            ["department", "type", "rule"],
            registry=kept,
        )
        self._points = Histogram(
            f"{PREFIX}operation_points",
            "Points that operations were estimated at, of those that were answered.",
            buckets=POINTS,
            registry=kept,
        )
        self._registry.register(self)
        self._look: Gauges = tuple

    def watch(self, look: Gauges) -> None:
        """Read these gauges whenever metrics are scraped."""
        self._look = look

    def observe(self, operation: OperationReport) -> None:
        self._seconds.labels(str(operation.status)).observe(operation.seconds)
        if operation.code is not None:
            self._errors.labels(operation.code).inc()
        if operation.points is not None:
            self._points.observe(operation.points)
        for labels, count in operation.withheld.items():
            self._withheld.labels(*labels).inc(count)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in self._look():
            _family(families, gauge).add_metric([str(os.getpid()), *filter(None, [gauge.department])], gauge.value)
        yield from families.values()

    def text(self) -> str:
        return generate_latest(self._registry).decode()

    def route(self) -> Route:
        async def answer(request: Request) -> Response:
            return Response(self.text(), media_type=CONTENT_TYPE_LATEST)

        return Route(PATH, answer)


def _family(families: dict[str, GaugeMetricFamily], gauge: Gauge) -> GaugeMetricFamily:
    if gauge.name not in families:
        labels = ["worker", *(["department"] if gauge.department else [])]
        families[gauge.name] = GaugeMetricFamily(f"{PREFIX}{gauge.name}", gauge.what, labels=labels)
    return families[gauge.name]
