"""Arguments of fields: structure that shapes the plan, and values that are read when the plan runs."""

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
class Argument:
    """An argument or input field that the request has, null included.

    `value` is its value in the request that is planned: only what the variables' skeleton holds of it may shape the
    plan. `read` reads it when the plan runs; `members` reads each field of an object that is a literal.
    """

    value: Any
    read: Read
    is_constant: bool
    members: Mapping[str, Read] = field(default_factory=dict)

    @property
    def parameter(self) -> Parameter:
        return Parameter(self.read)

    def fields(self) -> Mapping[str, "Argument"]:
        """The fields of an input object."""
        reads = {name: self.members.get(name) or _member(self.read, name) for name in self.value}
        return {name: Argument(value, reads[name], self.is_constant) for name, value in self.value.items()}


def arguments(definition: GraphQLField, node: FieldNode, variables: Variables) -> Mapping[str, Argument]:
    """The arguments of a field by name. One that was not given and has no default is absent."""
    literals = {argument.name.value: argument.value for argument in node.arguments or ()}
    return dict(_arguments(definition, literals, variables))


def _arguments(
    definition: GraphQLField, literals: Mapping[str, ValueNode], variables: Variables
) -> Iterator[tuple[str, Argument]]:
    for name, argument in definition.args.items():
        literal = literals.get(name)
        if literal is None or (isinstance(literal, VariableNode) and literal.name.value not in variables):
            continue
        read = _reader(literal, argument.type)
        value = read(variables)
        refuse_unwritable(value)
        yield name, Argument(value, read, _is_constant(literal), _members(literal, argument.type))


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
        value = variables.get(name)
        if value is None and is_required:
            raise null_variable_refusal(name)
        return value

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
        """A field whose variable was not given is absent, as if the literal did not have it."""
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


def page(arguments: Mapping[str, Argument]) -> Page:
    """The page that `first`, `after`, `last` and `before` select. Raises OperationRefused for a size out of bounds."""
    first, last = _present(arguments, "first"), _present(arguments, "last")
    if first is not None and last is not None:
        raise refusal(Code.BAD_USER_INPUT, "Give `first` or `last`, not both.")
    return Page(
        size=_size(first or last, "first" if last is None else "last"),
        backwards=last is not None,
        after=_cursor(_present(arguments, "after")),
        before=_cursor(_present(arguments, "before")),
    )


def _present(arguments: Mapping[str, Argument], name: str) -> Argument | None:
    argument = arguments.get(name)
    return None if argument is None or argument.value is None or argument.value is Undefined else argument


def _size(argument: Argument | None, name: str) -> Size:
    if argument is None:
        return Size(DEFAULT_PAGE_SIZE)
    if not 1 <= argument.value <= MAX_ROWS_PER_LIST:
        raise refusal(Code.BAD_USER_INPUT, f"`{name}` is a number from 1 to {MAX_ROWS_PER_LIST}.", argument=name)
    if argument.is_constant:
        return Size(argument.value)
    return Size(round_size(argument.value), argument.parameter)


def _cursor(argument: Argument | None) -> Parameter | None:
    """A cursor is the random id of a row. Text that is no id names no row, as a made-up id does."""
    if argument is None:
        return None
    read = argument.read
    return Parameter(lambda variables: row_id(read(variables)))
