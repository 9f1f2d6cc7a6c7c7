"""What Python does for an answer does not grow with the answer: the database writes it, and it passes through."""

import asyncio
import gc
import selectors
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import orjson

from tests.guards.conftest import House

PAGE = """
{
  customers(first: %d) {
    nodes {
      id number displayName kind status since language country
      emailAddresses { address domain }
      sales { orders(first: 5) { nodes { number placedAt state total { amount currency } lines { quantity } } } }
      service { tickets(first: 5) { nodes { number subject openedAt } } }
      marketing { segments { name enteredOn } }
    }
  }
}
"""
SMALL, LARGE = 10, 50

# Nobody looks at a single customer: what is withheld is told by the flags, of which forty customers more bring six new,
# at two calls each.
CALLS_MORE = 12
LEAST_FIELDS_PER_CUSTOMER = 20
# In how many pieces an answer comes is the kernel's affair, and each piece is a round of the loop.
LOOP = (str(Path(asyncio.__file__).parent), selectors.__file__)
# The answer is held as the driver's bytes, as the text within the answer and as the whole response.
MOST_COPIES = 4


async def test_calls_do_not_grow_with_fields(house: House) -> None:
    small, large = [await _count_allocations(house, size) for size in (SMALL, LARGE)]
    customers = LARGE - SMALL

    assert _fields(large.body) - _fields(small.body) >= customers * LEAST_FIELDS_PER_CUSTOMER
    assert large.calls - small.calls == CALLS_MORE


async def test_memory_grows_by_the_text_alone(house: House) -> None:
    small, large = [await _traced(house, size) for size in (SMALL, LARGE)]
    text = len(large.body) - len(small.body)

    assert large.peak - small.peak <= MOST_COPIES * text


class _Count:
    def __init__(self, body: bytes, *, calls: int = 0, peak: int = 0) -> None:
        self.body, self.calls, self.peak = body, calls, peak


async def _count_allocations(house: House, size: int) -> _Count:
    """How many functions an answer called, Python's and C's, after its plan was made; the loop's own apart."""
    ask = _warm(house, size)
    for _ in range(2):
        await ask()
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call") and not frame.f_code.co_filename.startswith(LOOP)

    sys.setprofile(count)
    try:
        body = await ask()
    finally:
        sys.setprofile(None)
    return _Count(body, calls=calls)


async def _traced(house: House, size: int) -> _Count:
    """The most memory that an answer held at one time, after its plan was made."""
    ask = _warm(house, size)
    for _ in range(2):
        await ask()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        body = await ask()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return _Count(body, peak=peak)


def _warm(house: House, size: int) -> Callable[[], Awaitable[bytes]]:
    async def ask() -> bytes:
        return (await house.ask(PAGE % size)).body

    return ask


def _fields(body: bytes) -> int:
    """The number of leaves in an answer's data."""

    def leaves(value: Any) -> int:
        match value:
            case dict():
                return sum(map(leaves, value.values()))
            case list():
                return sum(map(leaves, value))
        return 1

    return leaves(orjson.loads(body)["data"])
