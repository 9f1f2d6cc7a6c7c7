import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from datasources.engine.pools import embedded

JOIN_AND_ASK = """
import asyncio, sys
from pathlib import Path
import asyncpg
from datasources.engine.pools import embedded

async def ask() -> None:
    connection = await asyncpg.connect(embedded.start(Path(sys.argv[1])))
    print(await connection.fetchval("SELECT note FROM kept"))
    await connection.close()

asyncio.run(ask())
"""


async def test_it_starts_with_our_settings_and_keeps_its_data(tmp_path: Path) -> None:
    # A path longer than a unix socket's may be.
    folder = tmp_path.joinpath(*["a-rather-long-name-for-a-folder"] * 4, "data")
    server = embedded.join(folder, durable=False)
    connection = await asyncpg.connect(server.url())
    settings = ("timezone", "jit", "shared_buffers", "lc_messages")
    shown = [await connection.fetchval("SELECT current_setting($1)", name) for name in settings]
    assert shown == ["UTC", "off", "256MB", "C"]
    assert await connection.fetchval("SELECT lower('ÅÄÖ É Œ')") == "åäö é œ"
    its = psutil.Process(server.get_pid()).environ()
    assert {name: its[name] for name in embedded.ENVIRONMENT} == embedded.ENVIRONMENT
    assert not embedded.ENVIRONMENT.keys() & os.environ.keys()
    await connection.execute("CREATE TABLE kept AS SELECT 'still here' AS note")
    await connection.close()
    server.stop()
    again = embedded.join(folder, durable=False)
    try:
        assert _in_another_process(folder) == "still here\n"
        # The other process has ended, and the server it joined has not.
        await (await asyncpg.connect(again.url())).close()
    finally:
        again.stop()


def test_a_process_that_was_killed_does_not_keep_the_server(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    server = embedded.join(folder, durable=False)
    try:
        nobody = 2**22 + 1
        server.global_process_id_list.get_and_add(nobody)
        again = embedded.join(folder, durable=False)
        assert nobody not in again.global_process_id_list.get_and_remove(nobody)
    finally:
        server.stop()


def test_a_folder_that_postgresql_cannot_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="space or a quote"):
        embedded.start(tmp_path / "my data")


def _in_another_process(folder: Path) -> str:
    command = [sys.executable, "-c", JOIN_AND_ASK, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
