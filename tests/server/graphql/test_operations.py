"""Metrics and the log of operations: both are off by default, and neither contains values."""

import logging
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from server.process.logs import log_to_stderr
from tests.faults.proxy import Mode, proxies
from tests.faults.served import served
from tests.server.conftest import Make

CANARY = "canary-4711"
SENT = {"query": "query Q($t: String) { echo(text: $t) }", "variables": {"t": CANARY}, "operationName": "Q"}
WRONG = {"query": f"query {CANARY.replace('-', '_')} {{ {CANARY.replace('-', '_')} }}"}


def ask(client: TestClient, bearer: dict[str, str]) -> None:
    for each in (SENT, WRONG, {"query": f'{{ echo(text: "{CANARY}") }}'}):
        client.post("/graphql", json=each, headers=bearer)
    client.get("/graphql", params={"query": "{ hello }", "operationName": CANARY}, headers=bearer)
    client.post("/graphql", json=SENT, headers={"Authorization": f"Bearer {CANARY}"})


def test_metrics_count_by_status_and_code(make_client: Make, bearer: dict[str, str]) -> None:
    client = make_client(metrics="on", get_queries="on")
    ask(client, bearer)
    metrics = client.get("/metrics").text
    assert 'customer360_operation_seconds_count{status="200"} 4.0' in metrics
    assert 'customer360_operation_seconds_count{status="401"} 1.0' in metrics
    assert 'customer360_errors_total{code="UNAUTHENTICATED"} 1.0' in metrics
    assert 'customer360_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1.0' in metrics
    assert "canary" not in metrics


def test_metrics_are_for_who_wants_them(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_a_line_for_each_operation_says_how_it_went(
    make_client: Make, bearer: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ask(make_client(log_operations="on", get_queries="on"), bearer)
    lines = [orjson.loads(each.message) for each in caplog.records if each.name == "customer360.operations"]
    codes = [None, "GRAPHQL_VALIDATION_FAILED", None, "OPERATION_RESOLUTION_FAILURE", "UNAUTHENTICATED"]
    assert [(each["method"], each["code"]) for each in lines] == [
        *(("POST", code) for code in codes[:3]),
        ("GET", codes[3]),
        ("POST", codes[4]),
    ]
    assert {len(each["request"]) for each in lines} == {32}
    assert "canary" not in str(lines)


def test_nothing_is_written_unless_wanted(
    client: TestClient, bearer: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ask(client, bearer)
    assert [each for each in caplog.records if each.name == "customer360.operations"] == []


def test_a_line_is_json_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    kept = logging.getLogger("customer360.operations")
    before = kept.handlers, kept.propagate, kept.level
    try:
        log_to_stderr("warning")
        kept.info("%s", '{"status":200}')
        assert capfd.readouterr().err == '{"status":200}\n'
    finally:
        kept.handlers, kept.propagate, kept.level = before


async def test_what_is_withheld_and_what_it_costs_is_counted(seeded: dict[str, str], tmp_path: Path) -> None:
    document = """query($number: String!) { customer(by: {number: $number}) {
      party { ... on Individual { birthDate } } finance { credit { decisionBasis } }
      marketing { scores { rfm { code } } } } }"""
    async with served(seeded, tmp_path, metrics="on") as server:
        for _ in range(2):
            await server.ask(document)
        await server.ask("{ nonsense }")
        metrics = (await server.get("/metrics")).body.decode()
    assert sorted(each for each in metrics.splitlines() if each.startswith("customer360_withheld_total{")) == [
        'customer360_withheld_total{department="core",rule="no-rule",type="Individual"} 2.0',
        'customer360_withheld_total{department="finance",rule="no-rule",type="Credit"} 2.0',
        'customer360_withheld_total{department="marketing",rule="no-rule",type="Marketing"} 2.0',
    ]
    assert "customer360_operation_points_count 2.0" in metrics
    assert [each for each in metrics.splitlines() if "points_sum" in each] == ["customer360_operation_points_sum 32.0"]


@pytest.mark.alone
async def test_gauges_tell_of_breakers_pools_and_plans(seeded_apart: dict[str, str], tmp_path: Path) -> None:
    async with (
        proxies(seeded_apart, ["finance"]) as by,
        served(
            seeded_apart | {"finance": by["finance"].url}, tmp_path, metrics="on", department_budget_ms="500"
        ) as server,
    ):
        await server.ask()
        by["finance"].be(Mode.RESETTING)
        for _ in range(5):
            await server.ask()
        metrics = (await server.get("/metrics")).body.decode()
    lines = [line for line in metrics.splitlines() if line.startswith("customer360_breaker_state{")]
    states = {line.split('department="')[1].split('"')[0]: float(line.split()[-1]) for line in lines}
    assert states == {"core": 0, "finance": 2, "sales": 0, "service": 0, "marketing": 0}
    assert 'customer360_errors_total{code="DEPARTMENT_UNAVAILABLE"} 5.0' in metrics
    assert "customer360_operation_points_count 6.0" in metrics
    assert "customer360_plans{" in metrics
    statements = [line for line in metrics.splitlines() if line.startswith("customer360_core_statements_")]
    assert {line.split("{")[0].rpartition("_")[2]: float(line.split()[-1]) for line in statements} == {
        "asked": 6,
        "run": 6,
    }
    assert "customer360_loop_lag_seconds{" in metrics
