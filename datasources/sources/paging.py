"""Paging through an API: from page to page until there is no next, or it leads round in a circle."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.unavailable import Unavailable

# So many rows of one batch of customers are a mistake of somebody's.
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and what the next page is asked for by; None on the last."""

    rows: Sequence[Mapping[str, Any]]
    next: str | None


async def every_page(get: Callable[[str | None], Awaitable[Page]]) -> list[Mapping[str, Any]]:
    """The rows of all pages. `get` is told what the page before said of the next, and keeps the deadline."""
    page = await get(None)
    rows, seen = list(page.rows), {None, page.next}
    while page.next is not None:
        page = await get(page.next)
        rows += page.rows
        if page.next is not None and page.next in seen:
            raise Unavailable("a page leads back to an earlier one")
        seen.add(page.next)
        if len(rows) > MOST_ROWS:
            raise Unavailable(f"more than {MOST_ROWS} rows")
    return rows
