"""Exports spans in the background to the collector that the OTEL_ variables name."""

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
# Time for the last spans when the process ends; those that take longer are lost.
SECONDS_TO_FLUSH = 2.0
PROTOCOL = "http/protobuf"


class ReportingExporter(SpanExporter):
    """Exports spans, and logs once when the collector fails and once when it is back."""

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
    """A tracer for this service whose spans are exported. Raises SettingsError for invalid variables."""
    _check(environment)
    try:
        exporter = ReportingExporter(OTLPSpanExporter())
        provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    except (ValueError, OSError, RuntimeError) as error:
        raise SettingsError(f"CUSTOMER360_TRACES: an OTEL_ variable cannot be used: {error}") from None
    _quiet()
    try:
        yield provider.get_tracer(NAME)
    finally:
        await asyncio.to_thread(_flush, provider, exporter)


def _check(environment: Mapping[str, str]) -> None:
    """Raise SettingsError for an exporter or a protocol that is not supported."""
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
    # Without OTEL_SERVICE_NAME, OpenTelemetry makes up a name; ours replaces that.
    is_named = not str(found.attributes[SERVICE_NAME]).startswith("unknown_service")
    return found if is_named else found.merge(Resource({SERVICE_NAME: service}))


def _quiet() -> None:
    """Silence OpenTelemetry's log of each lost batch, because ReportingExporter logs the loss once."""
    if not log.isEnabledFor(logging.DEBUG):
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)


def _flush(provider: TracerProvider, exporter: ReportingExporter) -> None:
    """Flush in a daemon thread for at most SECONDS_TO_FLUSH; the provider alone would block for half a minute."""
    closing = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
    closing.start()
    closing.join(SECONDS_TO_FLUSH)
    if closing.is_alive():
        exporter.shutdown()
