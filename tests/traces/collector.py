"""A trace collector on this machine. Keeps what it receives; it can be set to refuse or not to answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it arrived."""

    service: str
    instance: str
    span: Span

    @property
    def name(self) -> str:
        return self.span.name

    @property
    def facts(self) -> Mapping[str, Value]:
        return {each.key: _value(each.value) for each in self.span.attributes}

    @property
    def is_error(self) -> bool:
        return self.span.status.code == Status.STATUS_CODE_ERROR


@dataclass
class Collector:
    """What came in. `status` is what it answers, and as long as `answers` is not set, it answers nothing."""

    bodies: list[bytes] = field(default_factory=list)
    status: int = 200
    answers: Event = field(default_factory=Event)
    asked: int = 0
    url: str = ""

    @property
    def spans(self) -> list[ReceivedSpan]:
        requests = [ExportTraceServiceRequest.FromString(each) for each in self.bodies]
        return [
            ReceivedSpan(service["service.name"], service["service.instance.id"], span)
            for request in requests
            for one in request.resource_spans
            for service in [{each.key: each.value.string_value for each in one.resource.attributes}]
            for scope in one.scope_spans
            for span in scope.spans
        ]

    @property
    def operations(self) -> list[ReceivedSpan]:
        """Those of whole operations, in the order in which they began."""
        found = [each for each in self.spans if each.span.kind == Span.SPAN_KIND_SERVER]
        return sorted(found, key=lambda each: each.span.start_time_unix_nano)

    def below(self, operation: ReceivedSpan) -> list[ReceivedSpan]:
        found = [each for each in self.spans if each.span.parent_span_id == operation.span.span_id]
        return sorted(found, key=lambda each: each.span.start_time_unix_nano)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    collector.answers.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector)) as server:
        # Who waits for an answer that never comes does not keep a test from ending.
        server.daemon_threads = True
        collector.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield collector
        finally:
            collector.answers.set()
            server.shutdown()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.asked += 1
            collector.answers.wait()
            if collector.status == 200:
                assert self.path == "/v1/traces"
                collector.bodies.append(body)
            self.send_response(collector.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Discard the access log."""

    return Handler


def _value(value: AnyValue) -> Value:
    if value.HasField("array_value"):
        return tuple(each.string_value for each in value.array_value.values)
    kind = value.WhichOneof("value")
    assert kind in ("string_value", "int_value", "bool_value")
    found: str | int | bool = getattr(value, kind)
    return found
