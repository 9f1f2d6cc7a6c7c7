"""`_entities`: objects that a federation gateway requests by type and id, planned as any root."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graphql import is_union_type

from auth.policy.effects import Effect
from datasources.entries import Batch, Entities, Root
from datasources.ids import CUSTOMER
from datasources.plan import Field, Parameter, Variables
from resolvers.codes import Code
from resolvers.documents.representations import Representation, distinct, parse_representation
from resolvers.planning.fields import Planner
from resolvers.planning.root_field import RootField, list_of
from resolvers.refusal import refusal
from resolvers.root_types import CUSTOMER_EXISTS

ENTITIES = "_entities"
REPRESENTATIONS = "representations"
# In one operation, over all of its fields and aliases.
MAX_REPRESENTATIONS = 1_000

Read = Callable[[Variables], Sequence[Representation]]


@dataclass(frozen=True, slots=True)
class EntityList:
    """The representations of one root field, in the order of its answer. `is_one` for a field that is no list."""

    read: Read
    is_one: bool = False


@dataclass(frozen=True, slots=True)
class PlannedEntities:
    """One root field: a batch for each requested type, and the effect on the existence of a customer."""

    listed: EntityList
    exists: Effect | None
    batches: Sequence[Batch]


def plan_entities(root: RootField) -> PlannedEntities:
    """Raises OperationRefused for a value that is no representation."""
    representations = root.arguments[REPRESENTATIONS]
    return _plan_types(root, EntityList(representations.read), _types(root.planner, representations.value))


def plan_reference(root: RootField, type_: str) -> PlannedEntities:
    """`node` in core's subgraph, for another department's object: core knows only whether its customer exists."""
    read_id = root.arguments["id"].read

    def read(variables: Variables) -> Sequence[Representation]:
        return [parse_representation({"__typename": type_, "id": read_id(variables)})]

    return _plan_types(root, EntityList(read, is_one=True), [type_])


def entities_root(root_type: str, exists: Effect, batches: Sequence[Batch]) -> Root:
    """One root for the batches of all fields of an operation."""
    return Root(Entities(exists, tuple(batches)), Field(ENTITIES, root_type, ENTITIES))


def _plan_types(root: RootField, listed: EntityList, types: Sequence[str]) -> PlannedEntities:
    """No use `lookup` is needed, only existence: an id holds no data, and is known from answers only."""
    exists = root.existence(CUSTOMER_EXISTS) if types else None
    if exists is None:
        return PlannedEntities(listed, None, ())
    batches = (_plan_batch(root, exists, type_, listed.read) for type_ in types)
    return PlannedEntities(listed, exists, [each for each in batches if each is not None])


def _types(planner: Planner, representations: Sequence[Representation]) -> Sequence[str]:
    entity = planner.contract.schema.get_type("_Entity")
    assert is_union_type(entity)
    known = {each.name for each in entity.types}
    for place, each in enumerate(representations):
        if each.type is None:
            message = f"Representation {place} is not a type and an id, and nothing else."
            raise refusal(Code.BAD_REPRESENTATION, message)
        if each.type not in known:
            message = f"Representation {place} is of a type that this subgraph does not resolve."
            raise refusal(Code.BAD_REPRESENTATION, message)
    return sorted({each.type for each in representations if each.type})


def _plan_batch(root: RootField, exists: Effect, type_: str, read: Read) -> Batch | None:
    by = exists if type_ == CUSTOMER else root.existence(list_of(type_))
    if by is None:
        return None
    customers = Parameter(lambda variables: [each.customer for each in distinct(read(variables), type_)])
    rows = Parameter(lambda variables: [each.row for each in distinct(read(variables), type_)])
    return Batch(type_, by, customers, rows, root.field(type_, by))


def check_count(lists: Mapping[str, EntityList], variables: Variables) -> None:
    """Raises OperationRefused if an operation has too many representations."""
    if sum(len(each.read(variables)) for each in lists.values()) > MAX_REPRESENTATIONS:
        message = f"The operation has more than {MAX_REPRESENTATIONS} representations."
        raise refusal(Code.BAD_REPRESENTATION, message)
