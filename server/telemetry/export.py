"""Delivery of spans: in the background, to the collector that the OTEL_ variables name, at no answer's cost."""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from server.settings.environment import SettingsError

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
    from opentelemetry.trace import Tracer
except ImportError as error:
    needed = "CUSTOMER360_TRACES: OpenTelemetry is missing. Run: pip install 'customer360[traces]'"
    raise SettingsError(needed) from error

log = logging.getLogger("customer360.traces")

NAME = "customer360"
# For spans that are still here when the process ends; what takes longer is given up.
SECONDS_TO_FLUSH = 2.0
PROTOCOL = "http/protobuf"


class ReportingExporter(SpanExporter):
    """Delivers spans, and says once when it no longer can, and once when it can again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._delivers = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        delivers = result is SpanExportResult.SUCCESS
        if delivers is not self._delivers:
            self._delivers = delivers
            log.warning("traces are delivered again" if delivers else "traces cannot be delivered, and are dropped")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


@asynccontextmanager
async def open_tracer(service: str, environment: Mapping[str, str] = os.environ) -> AsyncIterator[Tracer]:
    """Makes spans of this service, and delivers them. Raises SettingsError for variables that cannot be used."""
    _check(environment)
    try:
        courier = ReportingExporter(OTLPSpanExporter())
        provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(courier))
    except (ValueError, OSError, RuntimeError) as error:
        raise SettingsError(f"CUSTOMER360_TRACES: an OTEL_ variable cannot be used: {error}") from None
    _quiet()
    try:
        yield provider.get_tracer(NAME)
    finally:
        await asyncio.to_thread(_flush, provider, courier)


def _check(environment: Mapping[str, str]) -> None:
    """What would go unheard is said at once."""
    exporter = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    if exporter != "otlp":
        raise SettingsError(
            f"OTEL_TRACES_EXPORTER: {exporter} is not known here, only otlp; or set CUSTOMER360_TRACES=off"
        )
    for key in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if environment.get(key):
            if environment[key] != PROTOCOL:
                raise SettingsError(f"{key}: {environment[key]} is not spoken here, only {PROTOCOL}")
            return


def _resource(service: str) -> Resource:
    found = Resource.create()
    # The operator's name for it counts; without one OpenTelemetry makes up its own.
    is_named = not str(found.attributes[SERVICE_NAME]).startswith("unknown_service")
    return found if is_named else found.merge(Resource({SERVICE_NAME: service}))


def _quiet() -> None:
    """OpenTelemetry reports each batch that is lost, and each span; the courier says it once."""
    if not log.isEnabledFor(logging.DEBUG):
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)


def _flush(provider: TracerProvider, courier: ReportingExporter) -> None:
    """A thread that nobody has to wait for: by itself, the provider waits for half a minute."""
    closing = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
    closing.start()
    closing.join(SECONDS_TO_FLUSH)
    if closing.is_alive():
        courier.shutdown()
