"""Trace stages of an operation. No-op unless the operation is traced."""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """A part of an answer that takes time."""

    READ = "read"
    DRAW = "draw"
    PLAN = "plan"
    ASK = "ask"
    RECORD = "record"


class Trace(Protocol):
    """One traced operation. It gets no text, no value and no name of a person."""

    def stage(self, stage: Stage, departments: tuple[str, ...]) -> AbstractContextManager[None]:
        """A span of the stage. An exception that leaves it is recorded by its class alone."""

    def is_a(self, kind: str, name: str | None) -> None:
        """The operation's type. Its name is given only if it is the operator's: that of a trusted document."""

    def is_new(self) -> None:
        """The present stage missed its cache, and makes what it looked for."""


# The trace of the operation that this task, or the task that started it, answers.
TRACE: ContextVar[Trace | None] = ContextVar("trace", default=None)
_UNTRACED = nullcontext()


def note_new() -> None:
    """The present stage missed its cache, and makes what it looked for."""
    if (trace := TRACE.get()) is not None:
        trace.is_new()


def stage(which: Stage, departments: tuple[str, ...] = ()) -> AbstractContextManager[None]:
    """The operation is in that stage while this lasts; `departments` are those whose data it reads."""
    trace = TRACE.get()
    return _UNTRACED if trace is None else trace.stage(which, departments)
