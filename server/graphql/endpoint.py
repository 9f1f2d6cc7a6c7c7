"""The ASGI application at /graphql: reads a request, runs it and sends the answer."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from starlette.types import Receive, Scope, Send

from auth.step_up import StepUpNeeded
from auth.viewer import Viewer
from resolvers.answering.requests import Answer, Request
from resolvers.codes import Code
from server.graphql import media, parameters
from server.graphql.bearer import Authenticator
from server.graphql.bounds import disconnects
from server.graphql.bounds.alarms import Alarms
from server.graphql.bounds.body import BodyReader
from server.graphql.bounds.disconnects import DisconnectWatch
from server.graphql.bounds.limiter import ConcurrencyLimit
from server.graphql.compression import MIN_COMPRESSED_BYTES, compress
from server.graphql.cors import METHODS, AllowedOrigins
from server.graphql.documents.trusted import TrustedDocuments
from server.graphql.exchange import Exchange, Response
from server.graphql.faults import log_fault
from server.graphql.hosts import check_host
from server.graphql.operations import CLIENT_LEFT, OperationObserver, OperationReport
from server.graphql.parameters import Parameters
from server.graphql.refusals import Disconnected, Header, Refusal
from server.graphql.statuses import ALLOW_POST, answer_status

log = logging.getLogger("customer360.http")

FAULT = Refusal(Code.INTERNAL_SERVER_ERROR, "Something went wrong on our side. The request id finds it in our log.")
ALLOW: Header = (b"allow", METHODS)
GZIP: Header = (b"content-encoding", b"gzip")
GET_REFUSED = (
    "Send operations by POST, because URLs are kept in logs and may hold personal data: preferGetMethod: false in "
    "urql, useGETForQueries: false in Apollo Client. GET answers trusted documents without variables."
)
READS = ("GET", "HEAD")


class Answers(Protocol):
    """The graph, as far as the endpoint needs it."""

    async def answer(self, request: Request) -> Answer: ...


@dataclass(frozen=True, slots=True)
class GraphQLOverHTTP:
    """The endpoint. It reads no cookie, so that a foreign page cannot send requests as the person signed in."""

    graph: Answers
    authenticator: Authenticator
    reader: BodyReader
    origins: AllowedOrigins
    partial_status: int = 200
    trusted: TrustedDocuments = field(default_factory=TrustedDocuments)
    limiter: ConcurrencyLimit = field(default_factory=ConcurrencyLimit)
    observers: Sequence[OperationObserver] = ()
    # Whether GET runs any query, and not only trusted documents without variables.
    allows_get: bool = False
    compresses: bool = True
    alarms: Alarms = field(default_factory=lambda: Alarms(disconnects.SECONDS_BEFORE_WATCHING))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange.of(scope)
        origin = exchange.headers.get(b"origin")
        if exchange.method == "OPTIONS":
            await exchange.send(send, _options(exchange), self.origins.preflight(origin))
            return
        began = perf_counter()
        try:
            response = await self._respond(exchange, receive)
        except Disconnected:
            self._report(exchange, Response(CLIENT_LEFT), began)
            return
        self._report(exchange, response, began)
        await exchange.send(send, response, self.origins.headers(origin))

    def _report(self, exchange: Exchange, response: Response, began: float) -> None:
        log.debug("%s %d %s", exchange.method, response.status, exchange.request_id)
        if self.observers:
            report = OperationReport(
                exchange.request_id,
                exchange.method,
                response.status,
                response.code,
                seconds=perf_counter() - began,
                withheld=response.withheld,
                points=response.points,
            )
            for observer in self.observers:
                observer(report)

    async def _respond(self, exchange: Exchange, receive: Receive) -> Response:
        try:
            return await self._answer(exchange, receive)
        except Refusal as refusal:
            return _refused(refusal, exchange.media)
        except StepUpNeeded as error:
            return _refused(self.authenticator.step_up(error), exchange.media)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - the client learns nothing of any fault
            log_fault(error, exchange.request_id)
            return Response(FAULT.status, FAULT.body, code=FAULT.code)

    async def _answer(self, exchange: Exchange, receive: Receive) -> Response:
        self._check(exchange)
        viewer = await self.authenticator.authenticate(exchange.headers, exchange.repeated, exchange.method)
        sent = await self._read(exchange, receive)
        document = self.trusted.text_of(sent, viewer)
        with DisconnectWatch(receive, self.alarms):
            async with self.limiter:
                answer = await self.graph.answer(_request(document, sent, viewer, exchange))
        status, headers = answer_status(answer, exchange.media, self.partial_status)
        body = answer.body
        if len(body) >= MIN_COMPRESSED_BYTES and self.compresses:
            compressed = await compress(body, exchange.headers.get(b"accept-encoding"))
            if compressed is not None:
                body, headers = compressed, (*headers, GZIP)
        return Response(status, body, headers, answer.code, answer.withheld, answer.points)

    def _check(self, exchange: Exchange) -> None:
        """Checks that need no viewer. Raises Refusal."""
        check_host(exchange.headers.get(b"host"), exchange.http_version)
        if self.limiter.is_full:
            raise self.limiter.overloaded()
        if exchange.method not in ("POST", *READS):
            raise Refusal(Code.METHOD_NOT_ALLOWED, "GraphQL is asked by POST or GET.", ALLOW)
        exchange.media = media.negotiate(exchange.headers.get(b"accept"))
        if exchange.query:
            self.reader.check_url(exchange.query)
            parameters.refuse_token_in_url(exchange.query)
        if exchange.method == "POST":
            media.check_content_type(exchange.headers.get(b"content-type"))
            media.check_encoding(exchange.headers.get(b"content-encoding"))

    async def _read(self, exchange: Exchange, receive: Receive) -> Parameters:
        if exchange.method in READS:
            sent = parameters.from_query(exchange.query)
            if not self.allows_get and not sent.is_id_alone:
                raise Refusal(Code.METHOD_NOT_ALLOWED, GET_REFUSED, ALLOW_POST)
            return sent
        return parameters.from_body(await self.reader.read(receive, exchange.headers.get(b"content-length")))


def _options(exchange: Exchange) -> Response:
    try:
        check_host(exchange.headers.get(b"host"), exchange.http_version)
    except Refusal as refusal:
        return _refused(refusal, exchange.media)
    return Response(204, headers=(ALLOW,))


def _refused(refusal: Refusal, media_type: str) -> Response:
    status = refusal.status
    if refusal.code is Code.PERSISTED_QUERY_NOT_SUPPORTED and media_type == media.JSON:
        # Because older clients read only a 200, they would not fall back to sending the document.
        status = 200
    return Response(status, refusal.body, refusal.headers, refusal.code)


def _request(document: str, sent: Parameters, viewer: Viewer, exchange: Exchange) -> Request:
    dry_run = exchange.headers.get(b"customer360-dry-run")
    return Request(
        document=document,
        operation_name=sent.operation_name,
        variables=sent.variables,
        viewer=viewer,
        read_only=exchange.method in READS,
        request_id=exchange.request_id,
        tells_cost=exchange.headers.get(b"customer360-cost") == b"1",
        dry_run=None if dry_run is None else dry_run.decode("latin-1"),
    )
