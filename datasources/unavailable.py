"""Why a department did not answer: each kind says whether the department is at fault, and whether to retry."""

from __future__ import annotations

from asyncpg import (
    DataError,
    InterfaceError,
    InternalClientError,
    PostgresConnectionError,
    PostgresError,
    QueryCanceledError,
)
from asyncpg.exceptions import OperatorInterventionError


class Unavailable(Exception):
    """A database or a source did not answer. The message is for logs and contains no data."""


class Late(Unavailable):
    """It did not answer by the deadline."""


class Lost(Unavailable):
    """The connection broke or could not be made. A read may be retried."""


class Failing(Unavailable):
    """It answered that it cannot serve any request now. A retry at once would not help."""


class BadData(Unavailable):
    """A value in one of its rows cannot be computed with: a division by zero, a number or date out of range."""


class Crowded(Unavailable):
    """It was not asked, because the queue was full or the request's turn did not come in time."""


class Resting(Unavailable):
    """It was not asked, because its circuit breaker is open."""


# What the driver or a socket raises for a statement that was not answered.
BROKEN = (TimeoutError, OSError, PostgresError, InterfaceError, InternalClientError)
# Errors of the connection, not of the statement. The driver raises the last if the server closed an idle connection.
_CONNECTION_ERRORS = (
    OSError,
    PostgresConnectionError,
    OperatorInterventionError,
    InterfaceError,
    InternalClientError,
)


def classify(error: BaseException, *, is_late: bool) -> Unavailable:
    """The kind of fault that an exception of BROKEN stands for. `is_late` if the deadline has passed."""
    kind: type[Unavailable] = Unavailable
    if is_late or isinstance(error, TimeoutError | QueryCanceledError):
        kind = Late
    elif isinstance(error, DataError):
        kind = BadData
    elif isinstance(error, _CONNECTION_ERRORS):
        kind = Lost
    return kind(type(error).__name__)
