"""The triggers that record events: one function and three statement triggers for each table, made from its kinds.

PostgreSQL refuses transition tables for triggers of several events and for those on columns, hence three of them. The
function runs as its owner, because a login that writes the table need not have rights on the queue.
"""

from sqlalchemy import Date

from datasources.recording.kinds import EventKind, TableEvents

# Names of session settings: SET LOCAL customer360.bulk = 'on'.
BULK, AUTHOR = "customer360.bulk", "customer360.author"
# Marks what the transaction writes as history that is loaded.
MARK_BULK = f"SET LOCAL {BULK} = 'on'"

_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $recorder${body}$recorder$
"""
_BODY = """
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        {insert};
    WHEN 'UPDATE' THEN
        {update};
    ELSE
        {delete};
    END CASE;
    RETURN NULL;
END
"""
_RECORD = """WITH recorded AS (
            INSERT INTO {schema}.event (customer_id, kind, change, row_id, happened_at, is_bulk)
            SELECT customer_id, kind, change, row_id, happened_at,
                coalesce(current_setting('{bulk}', true) = 'on', false)
            FROM ({changes}) AS changes
            RETURNING id
        )
        INSERT INTO {schema}.event_author (event_id, author)
        SELECT id, author FROM recorded, nullif(current_setting('{author}', true), '') AS author
        WHERE author IS NOT NULL"""
_SOURCES = {
    "INSERT": "added AS after",
    "UPDATE": "changed_from AS before FULL JOIN changed_to AS after ON {on}",
    "DELETE": "removed AS before",
}
_TRANSITIONS = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS changed_from NEW TABLE AS changed_to",
    "DELETE": "OLD TABLE AS removed",
}


def function_name(events: TableEvents) -> str:
    return f"{events.table.schema}.record_{events.table.name}"


def function_body(events: TableEvents) -> str:
    """The text between the dollar quotes, as PostgreSQL keeps it in `pg_proc.prosrc`."""
    statements = {operation.lower(): _record(events, operation) for operation in _SOURCES}
    return _BODY.format(**statements)


def create_statements(events: TableEvents) -> list[str]:
    """What makes the function and its triggers, or replaces them.

    No login may execute the function, because it could put a trigger on a table of its own, and so forge events.
    """
    name, table = function_name(events), events.table.fullname
    function = _FUNCTION.format(name=name, body=function_body(events))
    triggers = [
        f"CREATE OR REPLACE TRIGGER record_{operation.lower()} AFTER {operation} ON {table}"
        f" REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        for operation, transition in _TRANSITIONS.items()
    ]
    return [function, f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC", *triggers]


def _record(events: TableEvents, operation: str) -> str:
    changes = _of_shared(events, operation) if events.is_shared else _of_own(events, operation)
    return _RECORD.format(schema=events.table.schema, changes=changes, bulk=BULK, author=AUTHOR)


def _of_own(events: TableEvents, operation: str) -> str:
    """Rows that have an id of their own are ADDED, CHANGED or GONE."""
    values = ", ".join(_values(events, kind, operation) for kind in events.kinds)
    on = " AND ".join(f"before.{each} = after.{each}" for each in events.key)
    owner = _either(events.owner, operation)
    row = _either(events.row, operation)
    change = "CASE WHEN NOT told.had THEN 'ADDED' WHEN NOT told.has THEN 'GONE' ELSE 'CHANGED' END"
    return (
        f"SELECT {owner} AS customer_id, told.kind, {change} AS change, {row} AS row_id, told.happened_at"  # noqa: S608
        f" FROM {_SOURCES[operation].format(on=on)}"
        f" CROSS JOIN LATERAL (VALUES {values}) AS told (kind, had, has, differs, happened_at)"
        " WHERE (told.had OR told.has) AND told.differs"
    )


def _values(events: TableEvents, kind: EventKind, operation: str) -> str:
    had = _is_of_kind(events, kind, "before") if operation != "INSERT" else "false"
    has = _is_of_kind(events, kind, "after") if operation != "DELETE" else "false"
    if operation == "UPDATE":
        differs = f"{had} <> {has} OR {_shown(kind, 'before')} IS DISTINCT FROM {_shown(kind, 'after')}"
    else:
        differs = "true"
    at = _happened_at(events, kind) if operation != "DELETE" else "now()"
    if operation == "UPDATE":
        at = f"CASE WHEN {had} THEN now() ELSE {at} END"
    return f"('{kind.name}', {had}, {has}, {differs}, {at})"


def _is_of_kind(events: TableEvents, kind: EventKind, row: str) -> str:
    """Whether the row is there, is one of those that the kind is about, and says anything in its columns."""
    tests = [f"{row}.{events.owner} IS NOT NULL"]
    if kind.where is not None:
        tests.append(kind.where.format(row=row))
    if not kind.is_existence and all(events.table.c[name].nullable for name in kind.columns):
        tests.append(f"num_nonnulls({', '.join(f'{row}.{name}' for name in kind.columns)}) > 0")
    return f"coalesce({' AND '.join(tests)}, false)"


def _shown(kind: EventKind, row: str) -> str:
    if kind.reduced is not None:
        return kind.reduced.format(row=row)
    return f"ROW({', '.join(f'{row}.{name}' for name in kind.columns)})"


def _happened_at(events: TableEvents, kind: EventKind) -> str:
    if kind.entry is None:
        return "now()"
    return moment_of(events, kind.entry.at, "after")


def moment_of(events: TableEvents, column: str, row: str) -> str:
    """A column as a moment: a day begins at midnight in UTC, whatever the session's time zone is."""
    if isinstance(events.table.c[column].type, Date):
        return f"({row}.{column}::timestamp AT TIME ZONE 'UTC')"
    return f"{row}.{column}"


def _either(column: str, operation: str) -> str:
    return {"INSERT": f"after.{column}", "DELETE": f"before.{column}"}.get(
        operation, f"coalesce(after.{column}, before.{column})"
    )


def _of_shared(events: TableEvents, operation: str) -> str:
    """Rows that share an id change what has that id, once for a statement, and only if it is still there."""
    (kind,) = events.kinds
    columns = ", ".join(dict.fromkeys((events.owner, events.row, *kind.columns)))
    first, last = (f"SELECT {columns} FROM {rows}" for rows in ("changed_from", "changed_to"))  # noqa: S608
    sources = {
        "INSERT": "added",
        "UPDATE": f"(({first} EXCEPT {last}) UNION ALL ({last} EXCEPT {first}))",
        "DELETE": "removed",
    }
    return (
        f"SELECT DISTINCT {events.owner} AS customer_id, '{kind.name}' AS kind, 'CHANGED' AS change,"  # noqa: S608
        f" {events.row} AS row_id, now() AS happened_at FROM {sources[operation]} AS part{_is_there(events)}"
    )


def _is_there(events: TableEvents) -> str:
    """Lines that go with their invoice tell nothing: the invoice itself is GONE."""
    if events.part_of is None:
        return ""
    whole = f"whole.customer_id = part.{events.owner} AND whole.id = part.{events.row}"
    return f" WHERE EXISTS (SELECT FROM {events.part_of.fullname} AS whole WHERE {whole})"
