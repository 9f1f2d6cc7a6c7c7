"""Isolation of bad data: if a statement about many customers fails on a value, only the field with that value is lost.

PostgreSQL ends a statement at the first value that it cannot compute with, and does not name the row. The statement is
run again for halves of the customers, down to one, and for that one field by field. All of it happens after a failure,
so that statements without bad data cost nothing more.
"""

from collections.abc import Mapping

from datasources.engine.running.contributions import StatementContribution
from datasources.engine.running.databases import Databases
from datasources.holes import bad_data_mark
from datasources.plan import BATCHES, FLAGS, IDS, ORDINALS, ROWS, Variables
from datasources.unavailable import BadData

_ONE_PER_CUSTOMER = (IDS, FLAGS, ORDINALS, BATCHES, ROWS)
_NULL = b"null"

Texts = Mapping[int, list[bytes]]


async def isolate_texts(
    contribution: StatementContribution, variables: Variables, databases: Databases, deadline: float
) -> Texts:
    """The texts of a contribution that has failed on bad data, with a mark for each field with such a value."""
    customers = len(variables[IDS])
    if customers == 1:
        return {
            section: [await _object(contribution, section, variables, databases, deadline)]
            for section in contribution.sections
        }
    variables = {ORDINALS: range(1, customers + 1), **variables}
    middle = customers // 2
    # One after the other, so that one request with bad data does not take all connections.
    first = await _texts(contribution, _part(variables, slice(None, middle)), databases, deadline)
    second = await _texts(contribution, _part(variables, slice(middle, None)), databases, deadline)
    return {section: [*texts, *second[section]] for section, texts in first.items()}


def _part(variables: Variables, part: slice) -> Variables:
    return {**variables, **{key: list(variables[key])[part] for key in _ONE_PER_CUSTOMER if key in variables}}


async def _texts(
    contribution: StatementContribution, variables: Variables, databases: Databases, deadline: float
) -> Texts:
    try:
        return await contribution.texts(variables, databases, deadline)
    except BadData:
        return await isolate_texts(contribution, variables, databases, deadline)


async def _object(
    contribution: StatementContribution, section: int, variables: Variables, databases: Databases, deadline: float
) -> bytes:
    """A section's object for one customer, from a statement for each of its fields."""
    objects: list[bytes] = []
    for field in contribution.fields_of(section):
        try:
            ((text,),) = await databases.rows(field.statement, variables, deadline)
        except BadData:
            text = b'{"%b":%b}' % (field.key.encode(), bad_data_mark(field.department, field.coordinate).encode())
        objects.append(text)
    return _merge_objects(objects)


def _merge_objects(objects: list[bytes]) -> bytes:
    """One object with the members of all. If the object itself is withheld, it is null with each of its fields."""
    members = [each[1:-1] for each in objects if each != _NULL]
    return b"{%b}" % b",".join(members) if members else _NULL
