"""A source of somebody's own may do anything: it is cut off, given up and not believed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from datasources.engine.running.fetching import fetch_customers, find_owner
from datasources.sources.columns import Columns, text
from datasources.sources.shapes import PlainShapes
from datasources.sources.source import Wanted
from datasources.unavailable import Unavailable

KIM, SAM = "6a65eee4-a762-45ba-88cd-bb7c46f970d7", "6a65eee4-a762-45ba-88cd-bb7c46f970d8"
ROW = "bddb6992-e2f6-42dd-9808-89762fc0a1b2"
CANARY = "canary"
Rows = Sequence[Mapping[str, Any]]


@dataclass
class Anything:
    """A source that does what a test says."""

    does: Callable[[Wanted], Awaitable[Rows]]
    department: str = "service"
    most_values: int = 1

    @property
    def shapes(self) -> PlainShapes:
        return {}

    @property
    def resources(self) -> Mapping[str, Columns]:
        return {"tickets": {"number": text}}

    async def fetch(self, wanted: Wanted, deadline: float) -> Rows:
        return await self.does(wanted)


def soon(seconds: float = 60) -> float:
    return asyncio.get_running_loop().time() + seconds


async def of(does: Callable[[Wanted], Awaitable[Rows]], deadline: float | None = None) -> Any:
    return await fetch_customers(
        Anything(does), {"tickets": ("customer_id", "id", "number")}, [KIM, SAM], deadline or soon()
    )


async def test_one_that_ignores_its_deadline_is_cut_off() -> None:
    async def sleeps(_: Wanted) -> Rows:
        await asyncio.Event().wait()
        return []

    with pytest.raises(Unavailable, match="TimeoutError"):
        await of(sleeps, soon(0.05))


async def test_what_it_raises_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    async def fails(_: Wanted) -> Rows:
        raise LookupError(CANARY)

    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unavailable) as refused:
        await of(fails)
    assert str(refused.value) == "LookupError"
    assert [record.getMessage() for record in caplog.records] == ["service: LookupError"]


async def test_after_one_request_has_failed_the_others_are_given_up() -> None:
    cancelled = []

    async def fails_for_sam(wanted: Wanted) -> Rows:
        if wanted.values == (SAM,):
            raise Unavailable("gone")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(wanted.values)
            raise
        return []

    with pytest.raises(Unavailable, match="gone"):
        await of(fails_for_sam)
    assert cancelled == [(KIM,)]


async def test_rows_are_kept_by_customer_each_once() -> None:
    async def answers(_: Wanted) -> Rows:
        return [{"customer_id": who.upper(), "id": ROW, "number": "1", "more": CANARY} for who in (KIM, SAM, KIM)]

    row = {"id": ROW, "number": "1"}
    assert await of(answers) == {
        "tickets": {KIM: [{"customer_id": KIM, **row}], SAM: [{"customer_id": SAM, **row}]},
    }


@pytest.mark.parametrize(("number", "owner"), [("T-1", KIM), ("T-2", None)])
async def test_a_row_of_another_number_tells_nothing(number: str, owner: str | None) -> None:
    async def answers(_: Wanted) -> Rows:
        return [{"customer_id": KIM, "id": ROW, "number": number}]

    assert await find_owner(Anything(answers), "tickets", "number", "T-1", soon()) == owner
