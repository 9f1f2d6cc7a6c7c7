"""`_entities`: what a federation gateway asks for by type and id, many at once, through the planner as any root."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graphql import is_union_type

from auth.policy.effects import Effect
from datasources.ids import CUSTOMER
from datasources.plan import Batch, Entities, Field, Parameter, Root, Variables
from resolvers.codes import Code
from resolvers.documents import representations
from resolvers.documents.representations import Representation, distinct
from resolvers.planning.fields import Planner
from resolvers.planning.root_field import Asked, list_of
from resolvers.refusal import refusal

ENTITIES = "_entities"
REPRESENTATIONS = "representations"
# In one operation, over all its aliases: a gateway asks in several fields at once.
MAX_REPRESENTATIONS = 1_000

Read = Callable[[Variables], Sequence[Representation]]


@dataclass(frozen=True, slots=True)
class EntityList:
    """The order in which one field is answered: as asked, however its types were fetched. `is_one` is no list."""

    read: Read
    is_one: bool = False


@dataclass(frozen=True, slots=True)
class PlannedEntities:
    """One field: a batch for each type that it asks for, and the effect on there being anybody at all."""

    listed: EntityList
    exists: Effect | None
    batches: Sequence[Batch]


def plan_entities(asked: Asked) -> PlannedEntities:
    """A batch for each type that is asked for. Raises Refusal for what is no representation."""
    given = asked.given[REPRESENTATIONS]
    return _planned(asked, EntityList(given.read), _types(asked.planner, given.now))


def plan_reference(asked: Asked, type_: str) -> PlannedEntities:
    """Core's `node` for another department's object: as much as core knows, whether its customer is there."""
    id_ = asked.given["id"].read

    def read(variables: Variables) -> Sequence[Representation]:
        return [representations.read({"__typename": type_, "id": id_(variables)})]

    return _planned(asked, EntityList(read, is_one=True), [type_])


def root_of(exists: Effect, batches: Sequence[Batch]) -> Root:
    """One root for all batches of an operation, in whichever fields they are asked for."""
    return Root(Entities(exists, tuple(batches)), Field(ENTITIES, "Query", ENTITIES))


def _planned(asked: Asked, listed: EntityList, types: Sequence[str]) -> PlannedEntities:
    """No lookup is needed, only that such objects may be known of: ids say nothing, and come out of answers alone."""
    exists = asked.exists("Query.customer") if types else None
    if exists is None:
        return PlannedEntities(listed, None, ())
    batches = (_batch(asked, exists, type_, listed.read) for type_ in types)
    return PlannedEntities(listed, exists, [each for each in batches if each is not None])


def _types(planner: Planner, asked: Sequence[Representation]) -> Sequence[str]:
    entity = planner.contract.schema.get_type("_Entity")
    assert is_union_type(entity)
    known = {each.name for each in entity.types}
    for place, each in enumerate(asked):
        if each.type is None:
            message = f"Representation {place} is not a type and an id, and nothing else."
            raise refusal(Code.BAD_REPRESENTATION, message)
        if each.type not in known:
            message = f"Representation {place} is of a type that this subgraph does not resolve."
            raise refusal(Code.BAD_REPRESENTATION, message)
    return sorted({each.type for each in asked if each.type})


def _batch(asked: Asked, exists: Effect, type_: str, read: Read) -> Batch | None:
    by = exists if type_ == CUSTOMER else asked.exists(list_of(type_))
    if by is None:
        return None
    customers = Parameter(lambda variables: [each.customer for each in distinct(read(variables), type_)])
    rows = Parameter(lambda variables: [each.row for each in distinct(read(variables), type_)])
    return Batch(type_, by, customers, rows, asked.field(type_, by))


def check_count(lists: Mapping[str, EntityList], variables: Variables) -> None:
    """Raises Refusal if an operation asks for too many."""
    if sum(len(each.read(variables)) for each in lists.values()) > MAX_REPRESENTATIONS:
        message = f"The operation has more than {MAX_REPRESENTATIONS} representations."
        raise refusal(Code.BAD_REPRESENTATION, message)
