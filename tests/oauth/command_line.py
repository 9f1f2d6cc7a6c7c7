"""Runs commands beside a running server, as an operator does."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_COMMAND = str(Path(sys.executable).with_name("customer360"))
_LINKABLE = """
import asyncio
import asyncpg
from server.settings.addresses import database_addresses
from server.settings.environment import load

async def first():
    connection = await asyncpg.connect(database_addresses(load())["core"])
    found = await connection.fetchval(
        "SELECT id FROM core.customer WHERE kind = 'INDIVIDUAL' AND flags & 4 = 4 AND flags & 64 = 0"
        " AND (partner_sharing_until IS NULL OR partner_sharing_until > now()) ORDER BY number LIMIT 1"
    )
    await connection.close()
    print(found)

asyncio.run(first())
"""

_RUN = """
import asyncio
import asyncpg
import sys
from server.settings.addresses import database_addresses
from server.settings.environment import load

async def run(statement):
    connection = await asyncpg.connect(database_addresses(load())["core"])
    await connection.execute(statement)
    await connection.close()

asyncio.run(run(sys.argv[1]))
"""


def customer360(environment: Mapping[str, str], *arguments: str, stdin: str = "") -> str:
    ran = subprocess.run(
        [_COMMAND, *arguments], env=dict(environment), input=stdin, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def shown(environment: Mapping[str, str], *arguments: str, stdin: str = "") -> Any:
    return json.loads(customer360(environment, *arguments, "--json", stdin=stdin))


def customer_who_lets_partners_see(environment: Mapping[str, str]) -> str:
    command = [sys.executable, "-c", _LINKABLE]
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, env=dict(environment), cwd=root, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def in_core(environment: Mapping[str, str], statement: str) -> None:
    """Change stored rows beside a running server, as the passage of time would."""
    command = [sys.executable, "-c", _RUN, statement]
    subprocess.run(command, env=dict(environment), cwd=Path(__file__).parents[2], check=True, capture_output=True)
