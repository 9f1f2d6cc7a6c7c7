"""Why a department did not answer: each kind tells whether it is at fault, and whether to ask again."""

from __future__ import annotations

from asyncpg import InterfaceError, InternalClientError, PostgresConnectionError, PostgresError, QueryCanceledError
from asyncpg.exceptions import OperatorInterventionError


class Unavailable(Exception):
    """A database or a source did not answer. The message is for logs and says nothing of the data."""


class Late(Unavailable):
    """It was asked, and the time was up before it answered."""


class Lost(Unavailable):
    """The connection broke, or there could be none. Whoever only reads may ask again."""


class Failing(Unavailable):
    """It answered that it cannot answer anybody now. Asking again at once would not help it."""


class Crowded(Unavailable):
    """It was not asked: too many wait for it, or the turn did not come in time."""


class Resting(Unavailable):
    """It was not asked: it has failed too often, and is given a moment."""


# What a driver, a socket or a server says of a statement that was not answered.
BROKEN = (TimeoutError, OSError, PostgresError, InterfaceError, InternalClientError)
# What is said of the connection, not of the statement; the last when the server ended it while nobody looked.
_OF_THE_CONNECTION = (
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
    elif isinstance(error, _OF_THE_CONNECTION):
        kind = Lost
    return kind(type(error).__name__)
