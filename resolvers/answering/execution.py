"""Execution of a plan's roots, in parallel, each with its fused statements first and then apart."""

import asyncio
from collections.abc import Sequence

from datasources.engine.running.answers import CoreUnavailable, RootAnswer, answer
from datasources.engine.running.databases import Databases
from datasources.plan import Variables
from resolvers.answering import faults
from resolvers.planning.plans import PlannedRoot


async def answer_roots(
    roots: Sequence[PlannedRoot], variables: Variables, databases: Databases, deadline: float
) -> list[RootAnswer]:
    """The answer of each root, in their order, by `deadline`, a time of the running loop."""
    if len(roots) == 1:
        return [await _answer_root(roots[0], variables, databases, deadline)]
    return await asyncio.gather(*(_answer_root(root, variables, databases, deadline) for root in roots))


async def _answer_root(root: PlannedRoot, variables: Variables, databases: Databases, deadline: float) -> RootAnswer:
    """If core's fused statement fails, run the departments' statements apart, so that a department that is down costs
    only its own fields. The flags are read again.
    """
    try:
        return await answer(root.statements, variables, databases, deadline)
    except CoreUnavailable:
        if databases.is_apart:
            return faults.CORE_DOWN
    try:
        return await answer(root.statements_apart, variables, databases, deadline)
    except CoreUnavailable:
        return faults.CORE_DOWN
