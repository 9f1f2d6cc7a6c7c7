"""Logs internal faults by type and place, without values, which may be personal."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger("customer360.faults")

MAX_FRAMES = 12


def log_fault(error: BaseException, request_id: str) -> None:
    """Log one line. It leaves out the exception's text, because drivers quote the row that failed."""
    log.error("request %s failed: %s", request_id, " caused by ".join(_places(error)))


def _places(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
        places = " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames)
        yield f"{type(error).__qualname__} at {places or 'no place'}"
        error = error.__cause__ or error.__context__
