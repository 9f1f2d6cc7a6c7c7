"""Paging through an API, to the last page; pages that form a circle are refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.unavailable import Unavailable

# More rows than this for one batch of customers are taken for a fault of the API.
MAX_ROWS_PER_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and the parameter that gets the next page; None on the last."""

    rows: Sequence[Mapping[str, Any]]
    next: str | None


async def every_page(get: Callable[[str | None], Awaitable[Page]]) -> list[Mapping[str, Any]]:
    """The rows of all pages. `get` is called with the previous page's `next`, and has to keep the deadline."""
    page = await get(None)
    rows, seen = list(page.rows), {None, page.next}
    while page.next is not None:
        page = await get(page.next)
        rows += page.rows
        if page.next is not None and page.next in seen:
            raise Unavailable("a page leads back to an earlier one")
        seen.add(page.next)
        if len(rows) > MAX_ROWS_PER_BATCH:
            raise Unavailable(f"more than {MAX_ROWS_PER_BATCH} rows")
    return rows
