"""Workloads: the timed operations and the values of their variables."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

DOCUMENTS = Path(__file__).parent
NAMES = ("card", "list50", "list100", "tiny", "filtered", "deep")
VARIABLE_SETS = 500
SEED = 7

Variables = dict[str, Any]

# Ordered by a hash, so that every run uses the same values.
_PHONES = """
SELECT value FROM core.contact_point JOIN core.customer c ON c.id = customer_id
WHERE contact_point.kind = 'PHONE' AND c.status <> 'ERASED' ORDER BY md5(value || $2), value LIMIT $1
"""
_IDS = "SELECT id::text FROM core.customer WHERE status <> 'ERASED' ORDER BY md5(id::text || $2) LIMIT $1"
# Ids that are followed by at least a hundred customers.
_STARTS = """
SELECT id::text FROM (SELECT id, lead(id, 100) OVER (ORDER BY id) AS last FROM core.customer WHERE status <> 'ERASED')
WHERE last IS NOT NULL ORDER BY md5(id::text || $2) LIMIT $1
"""
_COUNTRIES = "SELECT country FROM core.customer WHERE country IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 8"
_DAYS = ("2018-01-01", "2020-07-01", "2022-03-15", "2024-01-01", "2025-10-01")
# Restricted customers (Art. 18): the policy withholds some of their fields from the benchmark's viewer.
_LIMITED = "SELECT id::text FROM core.customer WHERE flags & 64 <> 0"


@dataclass(frozen=True, slots=True)
class Workload:
    """One operation and the sets of variables for it."""

    name: str
    variables: tuple[Variables, ...]

    def document(self, folder: Path = DOCUMENTS) -> str:
        """The operation's document from this folder."""
        return (folder / f"{self.name}.graphql").read_text()


@dataclass(frozen=True, slots=True)
class Workloads:
    """All workloads over one data set, and the ids of customers with withheld fields."""

    all: tuple[Workload, ...]
    limited: frozenset[str]


async def choose(url: str) -> Workloads:
    connection = await asyncpg.connect(url)
    try:
        values_by_query = {
            name: await _texts(connection, sql, VARIABLE_SETS, str(SEED)) for name, sql in _QUERIES.items()
        }
        countries = await _texts(connection, _COUNTRIES)
        limited = frozenset(await _texts(connection, _LIMITED))
    finally:
        await connection.close()
    rng = random.Random(SEED)
    filters = [{"country": rng.choice(countries), "from": rng.choice(_DAYS)} for _ in range(VARIABLE_SETS)]
    values: dict[str, list[Variables]] = {
        "card": [{"phone": each} for each in values_by_query["phones"]],
        "list50": [{"after": each} for each in values_by_query["starts"]],
        "list100": [{"after": each} for each in values_by_query["starts"]],
        "tiny": [{"id": each} for each in values_by_query["ids"]],
        "filtered": filters,
        "deep": [{"id": each} for each in values_by_query["ids"]],
    }
    return Workloads(tuple(Workload(name, tuple(values[name])) for name in NAMES), limited)


_QUERIES = {"phones": _PHONES, "ids": _IDS, "starts": _STARTS}


async def _texts(connection: asyncpg.Connection[Any], sql: str, *values: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(sql, *values)]
