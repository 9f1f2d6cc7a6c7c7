"""Reports faults of ours to the log: where and of what kind, never with a value, which may be personal."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger("customer360.faults")

FRAMES = 12


def report(error: BaseException, request_id: str) -> None:
    """One line. An exception's own text is left out: drivers quote the row that they failed on."""
    log.error("request %s failed: %s", request_id, " caused by ".join(_described(error)))


def _described(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        places = " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames)
        yield f"{type(error).__qualname__} at {places or 'no place'}"
        error = error.__cause__ or error.__context__
