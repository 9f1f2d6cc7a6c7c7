"""Explains errors of PostgreSQL and its driver in one sentence, without data and addresses."""

import errno
import socket
from collections.abc import Iterator

import asyncpg

NO_TABLES = "the tables are missing or outdated. Run: customer360 db upgrade"
# The first that fits counts. The texts of PostgreSQL itself may quote data, so that none is repeated.
SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (asyncpg.UndefinedTableError, NO_TABLES),
    (asyncpg.UndefinedColumnError, NO_TABLES),
    (asyncpg.UndefinedFunctionError, NO_TABLES),
    (asyncpg.InvalidSchemaNameError, NO_TABLES),
    (asyncpg.DiskFullError, "the disk of the database is full"),
    (asyncpg.InsufficientPrivilegeError, "the database login may not do this"),
    (asyncpg.ReadOnlySQLTransactionError, "the database is read only, a replica perhaps"),
    (asyncpg.QueryCanceledError, "the database took too long"),
    (asyncpg.TooManyConnectionsError, "the database has no connection left"),
    (asyncpg.CannotConnectNowError, "the database is starting or stopping. Try again"),
    (asyncpg.ForeignKeyViolationError, "a row refers to one that does not exist"),
    (asyncpg.UniqueViolationError, "it exists already"),
    (asyncpg.IntegrityConstraintViolationError, "the database does not allow these values"),
)
# Errors that a wrong address, login or database name causes, with what the setting should mend.
CONNECTING: tuple[tuple[type[BaseException], str], ...] = (
    (asyncpg.InvalidAuthorizationSpecificationError, "the database refuses the login"),
    (asyncpg.InvalidCatalogNameError, "the server has no database of this name"),
    (ConnectionRefusedError, "no database answers there (connection refused)"),
    (socket.gaierror, "the host of the database is not known"),
    (TimeoutError, "the database does not answer in time"),
    (ConnectionError, "the connection to the database was lost"),
    (asyncpg.InterfaceError, "the address of the database cannot be used"),
)


def explain_database_error(error: BaseException, settings: str) -> str | None:
    """One sentence, or None if no database is the cause. `settings` names the keys of the database's address."""
    return next((text for cause in _causes(error) if (text := _explain(cause, settings)) is not None), None)


def _explain(cause: BaseException, settings: str) -> str | None:
    for kind, sentence in SENTENCES:
        if isinstance(cause, kind):
            return sentence
    for kind, sentence in CONNECTING:
        if isinstance(cause, kind):
            return f"{sentence}. Check {settings}"
    match cause:
        case asyncpg.PostgresError():
            return f"the database reports error {cause.sqlstate}"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return f"the disk is full: {cause.filename or 'free some space'}"
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it wraps: SQLAlchemy keeps the driver's error in `orig`."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
