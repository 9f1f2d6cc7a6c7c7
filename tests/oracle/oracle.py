"""The oracle: answers an operation field by field, with graphql-core, over plain rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_named_type,
    is_interface_type,
    is_object_type,
    is_union_type,
    parse,
)
from graphql.execution.values import VariableValues, get_directive_values, get_variable_values

from auth.policy.rules import Policy
from auth.viewer import Viewer
from tests.oracle import grants
from tests.oracle.departments import core, finance, marketing, sales, service
from tests.oracle.rights import Rights, masked
from tests.oracle.roots import ROOTS
from tests.oracle.scene import Scene, Thing
from tests.oracle.walk import Walk, Withheld, shown_effect
from tests.oracle.world import Moment
from tests.oracle.written import serialize, snake

SDL_FILE = Path(__file__).parents[2] / "schema" / "customer360.graphql"

FIELDS = {**core.FIELDS, **finance.FIELDS, **sales.FIELDS, **service.FIELDS, **marketing.FIELDS, **grants.FIELDS}

ErrorAt = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True)
class Expected:
    """What the answer should be. A refused operation has no data, and one of `refusals` as its code."""

    data: Any
    errors: tuple[ErrorAt, ...]
    withheld: tuple[Withheld, ...]
    refusals: frozenset[str]
    # Why fields of single customers are withheld, for viewers who may read their privacy state.
    rows: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()


class Oracle:
    """Answers operations over one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.schema = build_schema(SDL_FILE.read_text())
        self._categories, self._sources = _classified(self.schema)
        _attach(self.schema)

    def answer(self, document: str, variables: Mapping[str, Any], viewer: Viewer, moment: Moment) -> Expected:
        parsed = parse(document, no_location=True)
        operation = next(each for each in parsed.definitions if isinstance(each, OperationDefinitionNode))
        fragments = {each.name.value: each for each in parsed.definitions if isinstance(each, FragmentDefinitionNode)}
        coerced = get_variable_values(self.schema, operation.variable_definitions or (), dict(variables))
        if not isinstance(coerced, VariableValues):
            return Expected(None, (), (), frozenset({"BAD_USER_INPUT"}))
        rights = Rights(self._policy, viewer.viewer_class, viewer.purpose, self._categories, self._sources)
        walk = Walk(self.schema, fragments, operation, coerced, rights)
        try:
            walk.run()
        except GraphQLError:
            # A variable is null where its place takes no null.
            walk.refusals.append("BAD_USER_INPUT")
        if walk.refusals:
            return Expected(None, (), (), frozenset(walk.refusals))
        scene = Scene(moment, viewer, rights)
        result = execute_sync(self.schema, parsed, context_value=scene, variable_values=dict(variables))
        errors = tuple((code, tuple(error.path or ())) for error in result.errors or () if (code := _code(error)))
        return Expected(result.data, errors, tuple(walk.withheld), frozenset(), tuple(_rows(scene, walk)))


def _rows(scene: Scene, walk: Walk) -> Iterator[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]]:
    may_know = scene.rights.of("Customer.privacy")
    for subject in scene.found.values():
        unmet = ((name, tuple(decision.unmet(subject.flags))) for name, decision in walk.decisions.items())
        reasons = tuple((name, words) for name, words in unmet if words)
        if reasons and may_know.allows(subject.flags):
            yield str(subject.id), reasons


def _code(error: GraphQLError) -> str | None:
    """The code that a resolver gave. None for arguments that do not fit: the walk refuses the operation for them, but
    for those of fields that are withheld, which are not read.
    """
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        raise cause
    code = error.extensions.get("code") if error.extensions else None
    return None if code is None else str(code)


def _classified(schema: GraphQLSchema) -> tuple[Mapping[str, str], Mapping[str, Sequence[str]]]:
    """The category of every field, and what each is derived from, as the printed schema says it."""
    categories, sources = {}, {}
    data = schema.get_directive("data")
    assert data is not None
    for type_ in schema.type_map.values():
        if is_object_type(type_) or is_interface_type(type_):
            for name, field in type_.fields.items():
                said = get_directive_values(data, field.ast_node) if field.ast_node else None
                if said is not None:
                    categories[f"{type_.name}.{name}"] = str(said["category"])
                    sources[str(said["category"])] = tuple(said.get("derivedFrom") or ())
    return categories, sources


def _attach(schema: GraphQLSchema) -> None:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if is_object_type(type_):
            for field in type_.fields.values():
                field.resolve = _root if type_ is schema.query_type else _resolve
        if is_interface_type(type_) or is_union_type(type_):
            type_.resolve_type = lambda value, *_: value.type


def _root(_: Any, info: GraphQLResolveInfo[Scene], **args: Any) -> Any:
    return ROOTS[info.field_name](info.context, args)


def _resolve(thing: Thing, info: GraphQLResolveInfo[Scene], **args: Any) -> Any:
    scene = info.context
    coordinate = f"{info.parent_type.name}.{info.field_name}"
    decision = scene.rights.of(coordinate)
    effect = shown_effect(decision, info.return_type)
    flags = thing.subject.flags if thing.subject else 0
    if effect == "withhold" or not decision.counts_for(flags):
        return None
    value = _value(scene, thing, coordinate, info, args)
    return masked(value, decision.mask) if effect == "mask" and value is not None else value


def _value(
    scene: Scene, thing: Thing, coordinate: str, info: GraphQLResolveInfo[Scene], args: Mapping[str, Any]
) -> Any:
    named = get_named_type(info.return_type).name
    meaning = FIELDS.get(coordinate)
    if meaning is not None:
        value = meaning(scene, thing, args)
    elif info.field_name == "id":
        value = _global_id(info.parent_type.name, thing)
    elif info.field_name == "customer" and named == "Customer":
        assert thing.subject is not None
        value = Thing("Customer", thing.subject.row, thing.subject)
    else:
        value = _column(thing, info.field_name, named)
    if named != "Money" or value is None:
        return serialize(value, named)
    return [Thing(named, each) for each in value] if isinstance(value, list) else Thing(named, value)


def _global_id(type_: str, thing: Thing) -> str:
    of_customer = type_ == "Customer" or "customer_id" not in thing.row
    return str(thing.row["id"]) if of_customer else f"{type_}_{thing.row['customer_id']}_{thing.row['id']}"


def _column(thing: Thing, name: str, type_: str) -> Any:
    column = name if name in thing.row else snake(name)
    value = thing.row[column]
    if type_ != "Money" or value is None:
        return value
    return {"amount": value, "currency": thing.row["currency"]}
