"""Stages: the parts of an answer that take time, told to who traces the operation: as a rule, nobody."""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """What an answer's time goes into."""

    READ = "read"
    DRAW = "draw"
    PLAN = "plan"
    ASK = "ask"
    RECORD = "record"


class Trace(Protocol):
    """One operation that is traced. Nothing else can be told of it: no text, no value, and nobody's name."""

    def stage(self, stage: Stage, departments: tuple[str, ...]) -> AbstractContextManager[None]:
        """While it lasts, and how it ended: an exception that leaves it says so by its class alone."""

    def is_a(self, kind: str, name: str | None) -> None:
        """Of which type the operation is. Its name is told only where the operator has chosen it."""

    def is_new(self) -> None:
        """What the present stage looked for was not known yet, and is made now."""


# Of the operation that is answered in this task, and in those that it starts.
TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)
_UNTOLD = nullcontext()


def told_new() -> None:
    """What the present stage looked for was not known yet, and is made now."""
    if (trace := TRACE.get()) is not None:
        trace.is_new()


def stage(which: Stage, departments: tuple[str, ...] = ()) -> AbstractContextManager[None]:
    """While this lasts, the operation is in that stage; `departments` are those that are asked."""
    trace = TRACE.get()
    return _UNTOLD if trace is None else trace.stage(which, departments)
