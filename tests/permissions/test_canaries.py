"""A59: values planted in every governed column come up in no log, error or record, and in no answer but to who may."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from itertools import islice
from random import Random

import asyncpg
import pytest

from auth.policy.rules import Policy
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.database import Database
from datasources.unavailable import Unavailable
from resolvers.graph import Graph
from server.graphql.operations import OperationReport, log_operation
from server.telemetry.metrics import Metrics
from tests.oracle.world import World
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world.askers import Asker, askers
from tests.permissions.world.cells import KEPT, NOBODYS, ROWS, Ways, told_by_column
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.probes import LISTS, ONE, Probe, Probes
from tests.permissions.world.twins import COLUMNS, KEYS, Row
from tests.permissions.world.worlds import ask, fetch, rewrite, served

MARK = "canary"
# No sample amount is of this size: a canary for amounts.
SUM = 777_000_000
CODED = {
    *("status", "kind", "state", "channel", "set_via", "recorded_via", "legal_basis", "currency", "country", "method"),
    *("decision_basis", "stage", "reason_kind", "priority", "severity", "direction", "outcome", "tier", "topic"),
    *("territory",),
}


def _planted(tables: World) -> dict[str, list[Row]]:
    """Every free text and every amount names its column."""
    return {
        name: [_with_canaries(name, dict(row), n) for n, row in enumerate(rows)]
        for name, rows in tables.tables.items()
        if name in COLUMNS and name not in NOBODYS
    }


def _with_canaries(name: str, row: Row, n: int) -> Row:
    for place, column in enumerate(sorted(COLUMNS[name])):
        before = row[column]
        if column in KEPT or column in CODED or f"{name}.{column}" in KEYS:
            continue
        if isinstance(before, str):
            mail = f"@{MARK}.example" if "@" in before else ""
            row[column] = f"{MARK}-{name}.{column}-{n}{mail}"
        elif isinstance(before, Decimal) and name.startswith("finance") and before:
            row[column] = Decimal(SUM + place * 1_000 + n % 1_000)
    return row


def _may_learn(asker: Asker, name: str, column: str) -> bool:
    """Whether the asker may be shown any part of such a cell, of any customer."""
    ways: Ways = told_by_column(name, column) or sum((each for key, each in ROWS.items() if key.split()[0] == name), ())
    return any(asker.is_told_of_row(ways, flags) for flags in range(128)) or (name, column) in _SHOWN_IN_PART


# The part behind the @ has a category of its own, in which a canary cannot name its column.
_SHOWN_IN_PART = {("core.contact_point", "value")}


@pytest.fixture(scope="module")
async def planted(copy: Copy, original_rows: World) -> str:
    address = await copy()
    await rewrite(address, _planted(original_rows))
    return address


@pytest.fixture(scope="module")
async def watched(planted: str, policy: Policy) -> AsyncIterator[Graph]:
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(CoreAccessLog.open(planted, timeout_ms=60_000))
        yield await stack.enter_async_context(served(planted, policy, log=log))


def _cases(world: World, number: int) -> list[Probe]:
    rng = Random(number)  # noqa: S311 - repeatable, not secret
    cases = list(islice(Probes([world], rng), 20))
    cases += [(ONE, {"by": {"number": row["number"]}}) for row in rng.sample(list(world.tables["core.customer"]), 12)]
    return [*cases, *((document, {"n": 100}) for document in LISTS)]


def _wrong(world: World) -> list[Probe]:
    """What is refused or fails, with canaries in it that the asker sent themselves."""
    sent = str(world.tables["core.customer"][0]["display_name"])
    return [
        (ONE, {"by": {"phone": sent}}),
        (ONE, {"by": {"email": sent}}),
        (ONE, {"by": {sent: sent}}),
        (ONE, {"by": sent}),
        (ONE, {}),
        (LISTS[0], {"n": sent}),
        (LISTS[0], {"f": {"sinceFrom": sent}}),
        (LISTS[0], {"f": {"kind": sent}}),
        (LISTS[0], {"f": {sent: sent}}),
        (LISTS[0], {"after": sent}),
        (f'{{ customer(by: {{phone: "{sent}"}}) {{ id }} }}', {}),
        (f'{{ customers(first: "{sent}") {{ totalCount }} }}', {}),
        (f'{{ customers(filter: {{kind: "{sent}"}}) {{ totalCount }} }}', {}),
        (f'{{ customer(by: {{id: "{sent}", number: "{sent}"}}) {{ id }} }}', {}),
    ]


async def test_a59_canaries_come_up_only_where_they_may(
    watched: Graph, planted: str, original_rows: World, matrix: Matrix, arena: Field, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = World({**original_rows.tables, **_planted(original_rows)})
    seen = 0
    everyone = [*askers(matrix, arena.ordinary()["id"]), arena.asker("developer", "care")]
    for number, asker in enumerate(everyone):
        forbidden = [
            f"{MARK}-{name}.{column}-"
            for name, columns in COLUMNS.items()
            if name not in NOBODYS
            for column in columns
            if not _may_learn(asker, name, column)
        ]
        for document, variables in _cases(world, number):
            body = (await ask(watched, document, asker.viewer, **variables)).body.decode()
            assert [each for each in forbidden if each in body] == [], (asker.name, document, variables)
            seen += body.count(MARK)
        for document, variables in _wrong(world):
            body = (await ask(watched, document, asker.viewer, **variables)).body.decode()
            assert MARK not in body, (asker.name, document, variables)
    assert seen > 500
    assert MARK not in caplog.text
    assert str(SUM)[:6] not in caplog.text


async def test_a59_the_access_log_holds_no_value(
    watched: Graph, planted: str, original_rows: World, arena: Field
) -> None:
    world = World({**original_rows.tables, **_planted(original_rows)})
    officer = arena.asker("privacy_officer", "rights").viewer
    for document, variables in _cases(world, 99):
        await ask(watched, document, officer, **variables)
    for table in ("core.access_record", "core.disclosure"):
        rows = await fetch(planted, f"SELECT t::text FROM {table} t")  # noqa: S608 - our own names
        assert len(rows) > 3
        assert [row for row in rows if MARK in row[0] or str(SUM)[:6] in row[0]] == []


async def test_a61_metrics_and_lines_of_operations_hold_no_value(
    watched: Graph, original_rows: World, matrix: Matrix, arena: Field, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world, metrics = World({**original_rows.tables, **_planted(original_rows)}), Metrics()
    # Labels do not depend on the asker: a few askers, of all roles in turn, are enough.
    for number, asker in enumerate(list(askers(matrix, arena.ordinary()["id"]))[::6]):
        for document, variables in (*_cases(world, number), *_wrong(world)):
            answer = await ask(watched, document, asker.viewer, **variables)
            operation = OperationReport("request", "POST", 200, answer.code, 0.1, answer.withheld)
            metrics.observe(operation)
            log_operation(operation)
    told = metrics.text() + caplog.text
    assert "customer360_withheld_total{" in told
    assert '"withheld":' in told
    assert [each for each in (MARK, str(SUM)[:6]) if each in told] == []


async def test_a59_a_statement_that_fails_says_nothing_of_the_row(
    planted: str, policy: Policy, arena: Field, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drivers quote the row that they failed on; it stays with the driver."""
    caplog.set_level(logging.DEBUG)
    rows = Database.rows

    async def failing(self: Database, *rest: object) -> object:
        try:
            raise asyncpg.DataError(f"invalid input: {MARK}-core.customer.display_name-1")
        except asyncpg.DataError as error:
            raise Unavailable(type(error).__name__) from error

    async with served(planted, policy) as graph:
        monkeypatch.setattr(Database, "rows", failing)
        answer = await ask(graph, ONE, arena.asker("service_agent", "care").viewer, by={"number": "C-000001"})
        monkeypatch.setattr(Database, "rows", rows)
    assert answer.code == "CORE_UNAVAILABLE"
    assert MARK not in answer.body.decode()
    assert MARK not in caplog.text
