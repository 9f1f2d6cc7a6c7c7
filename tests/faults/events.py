"""What goes wrong, and when: a list that follows from a seed alone, so that a run can be had again."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from auth.departments import DEPARTMENTS
from tests.faults.proxy import Mode

KILLED = "worker killed"
LEAVING = "clients leave"


@dataclass(frozen=True, slots=True)
class Event:
    """From `begins` to `ends`, in seconds, something is so; of a department, or of the server as a whole."""

    begins: float
    ends: float
    what: str
    department: str | None = None


def events(seed: int, seconds: float) -> list[Event]:
    """One after the other with a pause between, so that each is seen to be over, and one at the end."""
    return list(_events(Random(seed), seconds))  # noqa: S311 - it is to be had again


def _events(rng: Random, seconds: float) -> Iterator[Event]:
    now = 1.0
    while True:
        lasts, kind = rng.uniform(1.5, 4.0), rng.random()
        department, mode = rng.choice(DEPARTMENTS), rng.choice([mode for mode in Mode if mode is not Mode.WELL])
        if now + lasts > seconds - 3:
            return
        if kind < 0.1:
            yield Event(now, now + lasts, KILLED)
        elif kind < 0.2:
            yield Event(now, now + lasts, LEAVING)
        else:
            yield Event(now, now + lasts, str(mode), department)
        now += lasts + rng.uniform(0.5, 2.5)
