"""OpenTelemetry traces: a span for each operation and each of its stages, without any text of the request."""

from __future__ import annotations

from asyncio import CancelledError
from types import TracebackType

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.access_log import LogUnavailable
from auth.step_up import StepUpNeeded
from datasources.engine.running.stages import TRACE, Stage
from datasources.unavailable import Unavailable
from resolvers.codes import Code
from resolvers.refusal import OperationRefused
from server.graphql.cors import TRACEPARENT
from server.graphql.operations import OperationReport
from server.trust.gates import GRAPHQL

METHODS = ("GET", "HEAD", "POST")
OTHER = "_OTHER"
# Codes of server faults, which count as errors even if the status is 200.
SERVER_FAULTS = (Code.CORE_UNAVAILABLE, Code.ACCESS_LOG_UNAVAILABLE, Code.INTERNAL_SERVER_ERROR)
# The span's name until the operation's type is known.
UNKNOWN_OPERATION = "GraphQL Operation"
_NO_PARENT = Context()
_w3c = TraceContextTextMapPropagator()


class Traces:
    """Starts and ends the spans of operations."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def around(self, endpoint: ASGIApp) -> ASGIApp:
        """The endpoint, with a span around every sampled operation."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] == "OPTIONS" or (trace := self._start_trace(scope)) is None:
                await endpoint(scope, receive, send)
                return
            token = TRACE.set(trace)
            try:
                await endpoint(scope, receive, send)
            finally:
                TRACE.reset(token)
                trace.span.end()

        return traced

    def observe(self, operation: OperationReport) -> None:
        trace = TRACE.get()
        if isinstance(trace, OperationTrace):
            trace.observe(operation)

    def _start_trace(self, scope: Scope) -> OperationTrace | None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        attributes = {"http.request.method": method, "http.route": GRAPHQL, "url.path": GRAPHQL}
        attributes["url.scheme"] = "https" if scope["scheme"] == "https" else "http"
        span = self._tracer.start_span(UNKNOWN_OPERATION, _parent(scope), SpanKind.SERVER, attributes)
        return OperationTrace(self._tracer, span) if span.is_recording() else None


class OperationTrace:
    """The span of one operation, the parent of its stages' spans."""

    __slots__ = ("_context", "_tracer", "news", "span")

    def __init__(self, tracer: Tracer, span: Span) -> None:
        self._tracer = tracer
        self._context = set_span_in_context(span, _NO_PARENT)
        self.span = span
        self.news = False

    def stage(self, stage: Stage, departments: tuple[str, ...]) -> StageTrace:
        attributes = {"customer360.departments": departments} if departments else None
        return StageTrace(self, stage, self._tracer.start_span(stage.value, self._context, attributes=attributes))

    def is_a(self, kind: str, name: str | None) -> None:
        self.span.update_name(kind)
        self.span.set_attribute("graphql.operation.type", kind)
        if name is not None:
            self.span.set_attribute("graphql.operation.name", name)

    def is_new(self) -> None:
        self.news = True

    def observe(self, operation: OperationReport) -> None:
        self.span.set_attribute("http.response.status_code", operation.status)
        self.span.set_attribute("customer360.request_id", operation.request_id)
        if operation.code is not None:
            self.span.set_attribute("customer360.code", operation.code)
        if operation.status >= 500 or operation.code in SERVER_FAULTS:
            self.span.set_attribute("error.type", operation.code or str(operation.status))
            self.span.set_status(Status(StatusCode.ERROR))


class StageTrace:
    """The span of one stage. An error is recorded by its type only, because its text may quote data."""

    __slots__ = ("_of", "_span", "_stage")

    def __init__(self, of: OperationTrace, stage: Stage, span: Span) -> None:
        self._of, self._stage, self._span = of, stage, span

    def __enter__(self) -> None:
        self._of.news = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stage in (Stage.READ, Stage.PLAN):
            self._span.set_attribute("customer360.is_new", self._of.news)
        outcome = _outcome(error)
        self._span.set_attribute("customer360.outcome", outcome)
        if outcome in ("unavailable", "failed"):
            self._span.set_attribute("error.type", type(error).__name__.lower())
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


def _outcome(error: BaseException | None) -> str:
    match error:
        case None:
            return "ok"
        case Unavailable() | LogUnavailable():
            return "unavailable"
        case OperationRefused() | StepUpNeeded():
            return "refused"
        case CancelledError():
            return "left"
    return "failed"


def _parent(scope: Scope) -> Context:
    """The parent span that the client names. Only its ids are used, because a tracestate may contain any text."""
    values = [value for name, value in scope["headers"] if name == TRACEPARENT.encode()]
    if len(values) != 1:
        return _NO_PARENT
    return _w3c.extract({TRACEPARENT: values[0].decode("latin-1")}, _NO_PARENT)
