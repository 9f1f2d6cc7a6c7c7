"""A source is told of as a database is: that it was asked, and how it ended; never what it was asked for."""

from pathlib import Path

import pytest

from tests.conftest import Addresses
from tests.faults.served import served
from tests.sources.process import SECRET_OF_TESTS, Remote
from tests.traces.collector import collecting

ELSEWHERE = ("core", "finance", "sales", "marketing")


async def test_a_source_is_asked_in_a_stage_of_its_own(
    seeded: Addresses, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"service_url": f"{remote.url}/seeded", "service_secret": SECRET_OF_TESTS, "traces": "on"}
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        async with served(seeded, tmp_path, **given) as server:
            assert "errors" not in (await server.ask()).body
            remote.fail("status 500")
            assert "errors" in (await server.ask()).body
    asked = [[each.facts for each in collector.below(one) if each.name == "ask"] for one in collector.operations]
    told = [{each["customer360.departments"]: each["customer360.outcome"] for each in one} for one in asked]
    assert told == [{ELSEWHERE: "ok", ("service",): "ok"}, {ELSEWHERE: "ok", ("service",): "unavailable"}]
    assert SECRET_OF_TESTS.encode() not in b"".join(collector.bodies)
