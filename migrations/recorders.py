"""Keeps the triggers that record events equal to the kinds that the code declares.

They are no revisions: a revision that made them would make those of today on a database of long ago. They are compared
after each upgrade, and what differs is replaced.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from datasources.events.registry import EVENTS
from datasources.recording.kinds import TableEvents
from datasources.recording.recorders import create_statements, function_body, function_name

BODIES = """
    SELECT pronamespace::regnamespace || '.' || proname, prosrc FROM pg_catalog.pg_proc
    WHERE pronamespace::regnamespace::text = '{department}' AND proname LIKE 'record\\_%'
"""


def differing_recorders(bodies: Mapping[str, str], department: str) -> list[TableEvents]:
    """The tables whose function is missing or another; `bodies` holds those that the database has, by name."""
    return [each for each in EVENTS.get(department, ()) if bodies.get(function_name(each)) != function_body(each)]


def install_recorders(connection: Connection, department: str) -> None:
    for events in differing_recorders(_bodies(connection, department), department):
        for statement in create_statements(events):
            connection.exec_driver_sql(statement)


def remove_recorders(connection: Connection, department: str) -> None:
    """Before a downgrade: an older revision may lack columns that the functions name, or the queue itself."""
    for name in _bodies(connection, department):
        connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")


def _bodies(connection: Connection, department: str) -> dict[str, str]:
    rows = connection.exec_driver_sql(BODIES.format(department=department))
    return {name: body for name, body in rows}  # noqa: C416 - dict() takes the cursor for a mapping
