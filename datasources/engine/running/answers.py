"""Runs the statements of a root and assembles its text: core first, then all that is apart from it in parallel."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from datasources.engine.running.contributions import Contribution, Locate, RootStatements, StatementContribution
from datasources.engine.running.databases import Databases
from datasources.engine.running.isolation import isolate_texts
from datasources.engine.running.stages import Stage, stage
from datasources.holes import AMBIGUOUS, down_mark, fill_holes, is_marked, split_texts
from datasources.plan import AS_OF, BATCHES, FLAGS, IDS, LOCATED_ID, ROWS, Variables
from datasources.unavailable import BadData, Unavailable

_NULL = b"null"
# A lookup that finds several customers discloses none of them.
_AMBIGUOUS = AMBIGUOUS.encode()


class CoreUnavailable(Exception):
    """Core did not answer. Without its flags nothing personal may be shown."""


@dataclass(slots=True)
class RootAnswer:
    """The JSON of one root field, and the customers it is about, each once, with their flags.

    Where `is_marked`, the text holds marks of faults that have yet to become errors.
    """

    text: bytes
    is_marked: bool = False
    subjects: Sequence[UUID] = ()
    flags: Sequence[int] = ()


async def answer(statements: RootStatements, variables: Variables, databases: Databases, deadline: float) -> RootAnswer:
    """Answer one root field by `deadline`, a time of the running loop.

    Raises CoreUnavailable. A department that fails leaves a mark in the text.
    """
    if statements.locate is not None:
        located = await _locate(statements.locate, variables, databases, deadline)
        if located is None:
            return RootAnswer(_NULL)
        if isinstance(located, bytes):
            return RootAnswer(located, is_marked=True)
        variables = {**variables, LOCATED_ID: located}
    try:
        with stage(Stage.ASK, statements.core.departments):
            rows = await databases.rows(statements.core, variables, deadline)
        if len(rows) != 1:
            return RootAnswer(_AMBIGUOUS, is_marked=True) if rows else RootAnswer(_NULL)
        text, ids, flags, *_ = rows[0]
        if statements.sections:
            sections = await _sections(statements, rows[0], variables, databases, deadline)
            text = fill_holes(text, sections)
    except Unavailable as error:
        # Of core alone: `_apart` handles those of departments.
        raise CoreUnavailable from error
    if statements.names_rows:
        # Core repeats a customer for each of their objects.
        ids, flags = _each_once(ids or (), flags or ())
    return RootAnswer(text, is_marked(text), ids or (), flags or ())


def _each_once(ids: Sequence[UUID], flags: Sequence[int]) -> tuple[Sequence[UUID], Sequence[int]]:
    flags_by_id = dict(zip(ids, flags, strict=True))
    return list(flags_by_id), list(flags_by_id.values())


async def _locate(locate: Locate, variables: Variables, databases: Databases, deadline: float) -> UUID | bytes | None:
    """The customer that a department's object is about; None if there is no such object, a mark if it is down."""
    try:
        with stage(Stage.ASK, (locate.department,)):
            return await locate.owner(variables, databases, deadline)
    except Unavailable:
        return down_mark(locate.department).encode()


async def _sections(
    statements: RootStatements, core: Any, variables: Variables, databases: Databases, deadline: float
) -> Mapping[int, list[bytes]]:
    ids = core[1] or []
    variables = {**variables, IDS: ids, FLAGS: core[2] or [], AS_OF: core[3]}
    if statements.names_rows:
        variables |= {BATCHES: core[-2] or [], ROWS: core[-1] or []}
    texts: dict[int, list[bytes]] = {}
    for place, section in enumerate(statements.core.sections):
        texts[section] = split_texts(core[4 + place], len(ids))
    if ids:
        parts = [_apart(statements, each, len(ids), variables, databases, deadline) for each in statements.others]
        for part in await asyncio.gather(*parts):
            texts.update(part)
    return texts


async def _apart(
    root: RootStatements,
    contribution: Contribution,
    customers: int,
    variables: Variables,
    databases: Databases,
    deadline: float,
) -> Mapping[int, list[bytes]]:
    try:
        with stage(Stage.ASK, contribution.departments):
            try:
                return await contribution.texts(variables, databases, deadline)
            except BadData:
                if not isinstance(contribution, StatementContribution):
                    raise
                return await isolate_texts(contribution, variables, databases, deadline)
    except Unavailable:
        return {each: [down_mark(root.sections[each]).encode()] * customers for each in contribution.sections}
