"""A short run of the schedule; `python -m tests.faults.schedule` is the long one."""

from pathlib import Path

import pytest

from tests.faults.events import events
from tests.faults.schedule import _postgres, run
from tests.faults.served import Answered
from tests.faults.tally import verdict

WHOLE = {"customer": {"number": "C-000001", "finance": {"balance": 1}, "sales": None}}


def answered(status: int, data: object, *errors: tuple[str, str]) -> Answered:
    told = [{"path": ["customer", name], "extensions": {"code": code, "department": name}} for code, name in errors]
    return Answered(status, {}, {"data": data, **({"errors": told} if told else {})})


def test_what_is_wrong_is_seen_to_be() -> None:
    lacking = {"customer": {**WHOLE["customer"], "finance": None}}
    down = ("DEPARTMENT_UNAVAILABLE", "finance")
    assert verdict(answered(200, WHOLE), WHOLE) == "whole"
    assert verdict(answered(200, lacking, down), WHOLE) == "partial"
    assert verdict(answered(200, lacking), WHOLE) == "wrong"
    assert verdict(answered(200, WHOLE, down), WHOLE) == "wrong"
    assert verdict(answered(500, WHOLE), WHOLE) == "wrong"
    assert verdict(answered(200, {"customer": None}), WHOLE) == "wrong"


def test_a_seed_says_all() -> None:
    assert events(7, 600) == events(7, 600) != events(8, 600)


@pytest.mark.slow
@pytest.mark.alone
async def test_every_answer_is_right_or_says_what_it_lacks(tmp_path: Path) -> None:
    with _postgres() as url:
        found = await run(url, tmp_path, seed=7, seconds=20)
    assert found.tally.wrong == [], found.server.said.read_text()
    assert found.tally.verdicts["whole"] > 0
