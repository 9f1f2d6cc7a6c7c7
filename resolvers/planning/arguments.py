"""Arguments: what is given now decides a plan's structure; what is read when it runs are its values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    value_from_ast,
)

from datasources.ids import row_id
from datasources.plan import MAX_ROWS_PER_LIST, Page, Parameter, Size, Variables
from resolvers.codes import Code
from resolvers.documents.limits import round_size
from resolvers.refusal import null_variable_refusal, refusal, refuse_unwritable

PAGE_ARGUMENTS = ("first", "after", "last", "before")
DEFAULT_PAGE_SIZE = 10

Read = Callable[[Variables], Any]


@dataclass(frozen=True, slots=True)
class Given:
    """One argument or input field that was given, null included.

    `now` is its value for the request at hand: only what the plan's skeleton holds of it may shape the plan.
    """

    now: Any
    read: Read
    is_constant: bool
    # What reads each field of an object that is written in the document.
    members: Mapping[str, Read] = field(default_factory=dict)

    @property
    def parameter(self) -> Parameter:
        return Parameter(self.read)

    def fields(self) -> Mapping[str, "Given"]:
        """The fields of an input object."""
        reads = {name: self.members.get(name) or _member(self.read, name) for name in self.now}
        return {name: Given(value, reads[name], self.is_constant) for name, value in self.now.items()}


def arguments(definition: GraphQLField, node: FieldNode, variables: Variables) -> Mapping[str, Given]:
    """The arguments given to a field. What was not given, and has no default, is absent."""
    written = {argument.name.value: argument.value for argument in node.arguments or ()}
    return dict(_given(definition, written, variables))


def _given(
    definition: GraphQLField, written: Mapping[str, ValueNode], variables: Variables
) -> Iterator[tuple[str, Given]]:
    for name, argument in definition.args.items():
        value = written.get(name)
        if value is None or (isinstance(value, VariableNode) and value.name.value not in variables):
            continue
        read = _reader(value, argument.type)
        now = read(variables)
        refuse_unwritable(now)
        yield name, Given(now, read, _is_constant(value), _members(value, argument.type))


def _reader(value: ValueNode, type_: GraphQLInputType) -> Read:
    bare = type_.of_type if is_non_null_type(type_) else type_
    if isinstance(value, VariableNode):
        return _variable_reader(value.name.value, is_required=is_non_null_type(type_))
    if isinstance(value, ObjectValueNode) and is_input_object_type(bare):
        return _object_reader(value, bare)
    if isinstance(value, ListValueNode) and is_list_type(bare):
        items = [_reader(item, bare.of_type) for item in value.values]
        return lambda variables: [item(variables) for item in items]
    constant = value_from_ast(value, type_)
    return lambda _: constant


def _variable_reader(name: str, *, is_required: bool) -> Read:
    def read(variables: Variables) -> Any:
        found = variables.get(name)
        if found is None and is_required:
            raise null_variable_refusal(name)
        return found

    return read


def _members(value: ValueNode, type_: GraphQLInputType) -> Mapping[str, Read]:
    bare: Any = type_.of_type if is_non_null_type(type_) else type_
    if not isinstance(value, ObjectValueNode) or not is_input_object_type(bare):
        return {}
    return {each.name.value: _reader(each.value, bare.fields[each.name.value].type) for each in value.fields}


def _object_reader(value: ObjectValueNode, type_: Any) -> Read:
    readers = _members(value, type_)
    fields = {each.name.value: each.value for each in value.fields}
    optional = {name: each.name.value for name, each in fields.items() if isinstance(each, VariableNode)}

    def read(variables: Variables) -> dict[str, Any]:
        """A field whose variable was not given is absent, as if it had not been written."""
        return {
            name: reader(variables)
            for name, reader in readers.items()
            if name not in optional or optional[name] in variables
        }

    return read


def _is_constant(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return False
        case ListValueNode(values=items):
            return all(_is_constant(item) for item in items)
        case ObjectValueNode(fields=fields):
            return all(_is_constant(field.value) for field in fields)
    return True


def _member(read: Read, name: str) -> Read:
    return lambda variables: read(variables)[name]


def page(given: Mapping[str, Given]) -> Page:
    """The part of a list that `first`, `after`, `last` and `before` ask for. Raises Refusal for a wrong size."""
    first, last = _present(given, "first"), _present(given, "last")
    if first is not None and last is not None:
        raise refusal(Code.BAD_USER_INPUT, "Give `first` or `last`, not both.")
    return Page(
        size=_size(first or last, "first" if last is None else "last"),
        backwards=last is not None,
        after=_cursor(_present(given, "after")),
        before=_cursor(_present(given, "before")),
    )


def _present(given: Mapping[str, Given], name: str) -> Given | None:
    found = given.get(name)
    return None if found is None or found.now is None or found.now is Undefined else found


def _size(given: Given | None, name: str) -> Size:
    if given is None:
        return Size(DEFAULT_PAGE_SIZE)
    if not 1 <= given.now <= MAX_ROWS_PER_LIST:
        raise refusal(Code.BAD_USER_INPUT, f"`{name}` is a number from 1 to {MAX_ROWS_PER_LIST}.", argument=name)
    if given.is_constant:
        return Size(given.now)
    return Size(round_size(given.now), given.parameter)


def _cursor(given: Given | None) -> Parameter | None:
    """A cursor is the random id of a row. What is no id names no row, like an id that was made up."""
    if given is None:
        return None
    read = given.read
    return Parameter(lambda variables: row_id(read(variables)))
