"""A trace goes on behind the gateway: what each subgraph tells belongs to the operation that the client began."""

import asyncio
from collections.abc import Iterator

import httpx2 as httpx
import pytest

from auth.departments import DEPARTMENTS
from tests.federation.composers import need_node
from tests.federation.gateways.test_gateway import PAGE
from tests.federation.stack import Stack, running_stack
from tests.federation.subgraph import CARE
from tests.traces.collector import Collector, collecting

pytestmark = pytest.mark.slow
TRACE, CLIENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


@pytest.fixture(scope="module")
def traced(
    seeded_apart: dict[str, str], tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> Iterator[Stack]:
    need_node()
    settings = {
        "CUSTOMER360_TRACES": "on",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "1",
    }
    with running_stack(
        seeded_apart, tmp_path_factory.mktemp("traced"), dict.fromkeys(DEPARTMENTS, settings)
    ) as started:
        yield started


async def test_each_subgraph_tells_of_the_clients_trace(traced: Stack, collector: Collector) -> None:
    headers = traced.headers(
        CARE, traceparent=f"00-{TRACE}-{CLIENT}-01", tracestate="vendor=canary", baggage="a=canary"
    )
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(traced.urls["gateway"], json={"query": PAGE}, headers=headers)
    assert "errors" not in answer.json()
    while len(collector.operations) < len(DEPARTMENTS):  # noqa: ASYNC110 - another thread fills the list
        await asyncio.sleep(0.05)
    found = collector.operations
    assert {each.service for each in found} == {f"customer360-{department}" for department in DEPARTMENTS}
    assert {(each.span.trace_id.hex(), each.span.parent_span_id.hex()) for each in found} == {(TRACE, CLIENT)}
    assert len(found) == len(DEPARTMENTS)
    assert b"canary" not in b"".join(collector.bodies)
