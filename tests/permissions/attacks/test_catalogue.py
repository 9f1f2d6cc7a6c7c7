"""Every attack of the catalogue, A01 to A68, has a test by its name or waits for something that is not there."""

import re
from pathlib import Path

from tests.permissions.attacks.pending import PENDING

NAMED = re.compile(r"^async def test_(a\d\d)_", re.MULTILINE)


def test_every_attack_is_tested_or_waits() -> None:
    tested: set[str] = set()
    for path in Path(__file__).parents[1].rglob("test_*.py"):
        tested |= {name.upper() for name in NAMED.findall(path.read_text())}
    everything = {f"A{number:02}" for number in range(1, 69)}
    assert tested | set(PENDING) == everything
    assert tested & set(PENDING) == set()
