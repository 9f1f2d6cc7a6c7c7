"""Sessions: set as they are opened, or by the login where a pooler drops what is asked for."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from datasources.engine.pools.session_checks import SETTINGS_BY_ROLE, SessionError, lost_settings

LOGIN_SETTINGS = Path(__file__).parents[2] / "deploy" / "login-settings.sql"


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections as they come through a pooler that drops what is asked for."""
    connect = asyncpg.connect

    async def without_settings(url: str, server_settings: object = None, **options: Any) -> Any:
        return await connect(url, **options)

    monkeypatch.setattr(asyncpg, "connect", without_settings)


async def test_nothing_is_lost_on_the_way_to_a_database(addresses: dict[str, str]) -> None:
    assert await lost_settings(addresses["core"]) == []


@pytest.mark.usefixtures("pooled")
async def test_what_a_pooler_drops_is_told(addresses: dict[str, str]) -> None:
    # The embedded server itself compiles nothing, so one of them is not missed.
    lost = [
        "client_connection_check_interval",
        "max_parallel_workers_per_gather",
        "plan_cache_mode",
        "statement_timeout",
    ]
    assert sorted({*lost, "jit"}) == sorted(SETTINGS_BY_ROLE)
    assert await lost_settings(addresses["core"]) == lost


async def test_a_postgresql_that_is_too_old_is_refused(
    addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasources.engine.pools.session_checks.MIN_POSTGRESQL", 99)
    with pytest.raises(SessionError, match=r"it is PostgreSQL \d\d, and 99 or newer is needed"):
        await lost_settings(addresses["core"])


@pytest.mark.usefixtures("pooled")
async def test_the_login_can_be_set_instead(addresses: dict[str, str]) -> None:
    parts = urlsplit(addresses["core"])
    commands = LOGIN_SETTINGS.read_text().replace(':"role"', "pooled").replace(':"DBNAME"', parts.path[1:])
    owner = await asyncpg.connect(addresses["core"])
    try:
        await owner.execute(f"CREATE ROLE pooled LOGIN; {commands}")
        assert await lost_settings(parts._replace(netloc="pooled@").geturl()) == []
    finally:
        await owner.execute("DROP ROLE pooled")
        await owner.close()
