"""What a trace tells: the operation, its stages, the departments that are asked, and how each of them ended."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import Receive, Scope, Send

from auth.departments import DEPARTMENTS
from datasources.engine.running.stages import TRACE, Trace
from datasources.unavailable import Unavailable
from server.telemetry.traces import Traces
from tests.conftest import Addresses
from tests.faults.proxy import Mode, proxies
from tests.faults.served import CARD, Served, read, served
from tests.traces.collector import Collector, ReceivedSpan, Value

CORE_ONLY = "query Somebody($number: String!) { customer(by: {number: $number}) { number } }"
STAGES = ["read", "plan", "ask", "record"]
TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def outcomes(spans: list[ReceivedSpan]) -> dict[Value, tuple[Value, Value | None]]:
    """By departments: how asking them ended, and why."""
    asked = [each.facts for each in spans if each.name == "ask"]
    return {each["customer360.departments"]: (each["customer360.outcome"], each.get("error.type")) for each in asked}


async def test_an_operation_and_its_stages(seeded: Addresses, tmp_path: Path, collector: Collector) -> None:
    async with served(seeded, tmp_path, traces="on") as server:
        answers = [await server.ask() for _ in range(2)]
    first, second = collector.operations
    assert [each.name for each in (first, second)] == ["query", "query"]
    assert first.facts == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "url.path": "/graphql",
        "url.scheme": "http",
        "graphql.operation.type": "query",
        "http.response.status_code": 200,
        "customer360.request_id": answers[0].headers["customer360-request-id"],
    }
    assert not first.is_error
    for operation, is_new in ((first, True), (second, False)):
        reading, plan, ask, record = collector.below(operation)
        assert [each.name for each in (reading, plan, ask, record)] == STAGES
        new: dict[str, Value] = {"customer360.is_new": is_new, "customer360.outcome": "ok"}
        assert (reading.facts, plan.facts) == (new, new)
        assert ask.facts == {"customer360.departments": DEPARTMENTS, "customer360.outcome": "ok"}
        assert record.facts == {"customer360.outcome": "ok"}
        assert {each.span.trace_id for each in (reading, plan, ask, record)} == {operation.span.trace_id}
    assert {each.service for each in collector.spans} == {"customer360"}
    assert not any(each.span.events or each.span.links or each.span.trace_state for each in collector.spans)


async def test_a_document_may_be_new_where_its_plan_is_not(
    seeded: Addresses, tmp_path: Path, collector: Collector
) -> None:
    async with served(seeded, tmp_path, traces="on") as server:
        await server.ask()
        server.graph._documents._recent.clear()
        await server.ask()
    reading, plan, *_ = collector.below(collector.operations[1])
    assert (reading.facts["customer360.is_new"], plan.facts["customer360.is_new"]) == (True, False)


async def test_what_is_not_sampled_costs_no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is there that could be spans anything."""
    seen: list[Trace | None] = []

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(TRACE.get())

    for sampler in ("always_off", "always_on"):
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
        traced = Traces(TracerProvider(shutdown_on_exit=False).get_tracer("tests")).around(endpoint)
        await traced({"method": "GET", "scheme": "http", "headers": []}, AsyncMock(), AsyncMock())
    assert [each is None for each in seen] == [True, False]


async def test_only_departments_that_are_asked_are_named(
    seeded: Addresses, seeded_apart: Addresses, tmp_path: Path, collector: Collector
) -> None:
    balance = "query($number: String!) { customer(by: {number: $number}) { finance { balance { amount } } } }"
    for addresses in (seeded, seeded_apart):
        async with served(addresses, tmp_path, traces="on") as server:
            for document in (CORE_ONLY, balance, CARD):
                await server.ask(document)
    asked = [[*outcomes(collector.below(each))] for each in collector.operations]
    assert asked[:3] == [[("core",)], [("core", "finance")], [DEPARTMENTS]]
    assert [sorted(each) for each in asked[3:]] == [
        [("core",)],
        [("core",), ("finance",)],
        sorted((each,) for each in DEPARTMENTS),
    ]


async def test_why_a_department_did_not_answer(
    seeded_apart: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"traces": "on", "department_budget_ms": "800"}
    async with (
        proxies(seeded_apart, ["finance", "sales"]) as by,
        served(seeded_apart | {name: each.url for name, each in by.items()}, tmp_path, **given) as server,
    ):
        await server.ask()
        by["finance"].be(Mode.FROZEN)
        by["sales"].be(Mode.RESETTING)
        for _ in range(6):
            await server.ask()
    found = [outcomes(collector.below(each)) for each in collector.operations]
    assert found[0][("finance",)] == found[0][("sales",)] == ("ok", None)
    assert (found[1][("finance",)], found[1][("sales",)]) == (("unavailable", "late"), ("unavailable", "lost"))
    assert (found[6][("finance",)], found[6][("sales",)]) == (("unavailable", "resting"), ("unavailable", "resting"))
    assert {each[("core",)] for each in found} == {("ok", None)}
    assert [each.facts["customer360.code"] for each in collector.operations[1:]] == ["DEPARTMENT_UNAVAILABLE"] * 6
    broken = [each.is_error for each in collector.below(collector.operations[1]) if each.name == "ask"]
    assert sorted(broken) == [False, False, False, True, True]


async def test_a_client_who_left(seeded_apart: Addresses, tmp_path: Path, collector: Collector) -> None:
    given = {"traces": "on", "department_budget_ms": "60000", "deadline_ms": "60000"}
    async with (
        proxies(seeded_apart, ["finance"]) as by,
        served(seeded_apart | {"finance": by["finance"].url}, tmp_path, **given) as server,
    ):
        await server.ask()
        by["finance"].be(Mode.FROZEN)
        async with server.connected() as (_, writer):
            writer.write(server.request())
            while not server.databases[by["finance"].url].pool.places.in_use:  # noqa: ASYNC110 - a pool has no event to wait for
                await asyncio.sleep(0.01)
    _, left = collector.operations
    assert (left.facts["http.response.status_code"], left.is_error) == (499, False)
    assert outcomes(collector.below(left))[("finance",)] == ("left", None)


async def test_points_are_drawn_in_a_stage_where_core_has_them(
    seeded: Addresses, tmp_path: Path, collector: Collector
) -> None:
    for store in ("core", "process"):
        async with served(seeded, tmp_path, traces="on", rate_limit="20000/60", rate_store=store) as server:
            await server.ask()
    in_core, here = ([each.name for each in collector.below(one)] for one in collector.operations)
    assert in_core == ["read", "draw", "plan", "ask", "record"]
    assert here == STAGES


async def test_without_core_the_operation_is_an_error(
    seeded: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(seeded, tmp_path, traces="on") as server:

        async def failing(*_: object) -> object:
            raise Unavailable("what a driver says may quote data")

        monkeypatch.setattr("datasources.engine.running.database.Database.rows", failing)
        await server.ask()
    (operation,) = collector.operations
    assert (operation.is_error, operation.facts["error.type"]) == (True, "CORE_UNAVAILABLE")
    # Together first, then core by itself.
    failed = "unavailable", "unavailable"
    assert outcomes(collector.below(operation)) == {DEPARTMENTS: failed, ("core",): failed}


async def test_what_is_refused_is_told_by_its_code(seeded: Addresses, tmp_path: Path, collector: Collector) -> None:
    async with served(seeded, tmp_path, traces="on") as server:
        await server.ask("query Nonsense { nonsense }")
        await server.ask("mutation { __typename }")
        assert await _sent(server, "PUT") == 405
        assert await _sent(server, "GET") == 401
        assert await _sent(server, "OPTIONS") == 204
    found = [(each.name, each.facts["customer360.code"], each.is_error) for each in collector.operations]
    assert found == [
        ("GraphQL Operation", "GRAPHQL_VALIDATION_FAILED", False),
        ("GraphQL Operation", "GRAPHQL_VALIDATION_FAILED", False),
        ("GraphQL Operation", "METHOD_NOT_ALLOWED", False),
        ("GraphQL Operation", "UNAUTHENTICATED", False),
    ]
    assert [each.facts["http.request.method"] for each in collector.operations] == ["POST", "POST", "_OTHER", "GET"]
    (reading,) = collector.below(collector.operations[0])
    assert reading.facts == {"customer360.is_new": True, "customer360.outcome": "refused"}


async def test_only_the_operators_names_are_told(seeded: Addresses, tmp_path: Path, collector: Collector) -> None:
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    (trusted / "somebody.graphql").write_text(CORE_ONLY)
    async with served(seeded, tmp_path, traces="on", documents="allow", documents_path=str(trusted)) as server:
        await server.ask(CORE_ONLY)
        await server.ask(CORE_ONLY.replace("Somebody", "KimBrown"))
    first, second = (each.facts for each in collector.operations)
    assert first["graphql.operation.name"] == "Somebody"
    assert "graphql.operation.name" not in second


@pytest.mark.parametrize(
    ("sent", "parent"),
    [
        ([f"00-{TRACE_ID}-{PARENT}-01"], PARENT),
        # What is not sampled where it began is not here either.
        ([f"00-{TRACE_ID}-{PARENT}-00"], None),
        (["00-nonsense"], ""),
        ([f"00-{TRACE_ID}-{PARENT}-01"] * 2, ""),
        ([], ""),
    ],
)
async def test_a_trace_goes_on_where_it_began(
    sent: list[str], parent: str | None, seeded: Addresses, tmp_path: Path, collector: Collector
) -> None:
    async with served(seeded, tmp_path, traces="on") as server:
        assert await _sent(server, "GET", sent) == 401
    found = [(each.span.parent_span_id.hex(), each.span.trace_id.hex() == TRACE_ID) for each in collector.operations]
    assert found == ([] if parent is None else [(parent, parent == PARENT)])


async def test_the_operator_says_how_many_and_what_it_is_called(
    seeded: Addresses, tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    async with served(seeded, tmp_path, traces="on") as server:
        assert (await server.ask()).status == 200
    assert collector.spans == []
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "who-is-it")
    async with served(seeded, tmp_path, traces="on") as server:
        assert (await server.ask()).status == 200
    assert {each.service for each in collector.spans} == {"who-is-it"}


async def _sent(server: Served, method: str, traceparents: Sequence[str] = ()) -> int:
    """The status of a request without a token."""
    headers = "".join(f"traceparent: {each}\r\n" for each in traceparents)
    async with server.connected() as (reader, writer):
        writer.write(f"{method} /graphql HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        return (await read(reader)).status
