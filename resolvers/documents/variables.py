"""Plain variables: scalars without a default. They are coerced here, because graphql-core takes many times longer; it
is called only for the error of a value that does not fit.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_non_null_type,
    is_scalar_type,
    type_from_ast,
)

from datasources.plan import Variables
from resolvers.documents.skeleton import skeleton

# A value of these may be a global id, whose type shapes the plan.
_ID_SCALARS = frozenset(("ID", "String"))
# A value of these shapes the plan only by being there.
_VALUE_SCALARS = frozenset(
    ("Date", "DateTime", "Decimal", "PhoneNumber", "EmailAddress", "CurrencyCode", "CountryCode", "LanguageTag")
)
_NO_VALUES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class PlainVariable:
    """`coerce` is its scalar's function; it may raise, or return Undefined."""

    name: str
    coerce: Callable[[Any], Any]
    is_required: bool


@dataclass(frozen=True, slots=True)
class PlainVariables:
    """All variables of an operation.

    `usual` is the skeleton of a request in which each has a value and none shapes the plan; None if a variable is of a
    scalar that always shapes it. `ids` are the variables that shape it if their value is a global id.
    """

    variables: tuple[PlainVariable, ...]
    ids: tuple[str, ...]
    usual: Hashable | None

    def coerce(self, given: Mapping[str, Any] | None) -> Variables | None:
        """The values by name; None if one does not fit."""
        given = _NO_VALUES if given is None else given
        values: dict[str, Any] = {}
        for each in self.variables:
            value = given.get(each.name)
            if value is not None:
                try:
                    value = each.coerce(value)
                except Exception:  # noqa: BLE001 - graphql-core coerces again and words the error
                    return None
                if value is Undefined:
                    return None
            elif each.is_required:
                return None
            elif each.name not in given:
                continue
            values[each.name] = value
        return values

    def skeleton(self, variables: Variables, types: Collection[str]) -> Hashable:
        """The same as the function `skeleton`, without a walk in the usual case."""
        if self.usual is None or len(variables) < len(self.variables) or None in variables.values():
            return skeleton(variables, types)
        if any("_" in variables[name] for name in self.ids):
            return skeleton(variables, types)
        return self.usual


def plain_variables(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> PlainVariables | None:
    """None if one of the variables is not plain."""
    variables, scalars = list[PlainVariable](), dict[str, str]()
    for each in definitions:
        name, type_ = each.variable.name.value, type_from_ast(schema, each.type)
        scalar = type_.of_type if is_non_null_type(type_) else type_
        if each.default_value is not None or not is_scalar_type(scalar):
            return None
        variables.append(PlainVariable(name, scalar.coerce_input_value, is_non_null_type(type_)))
        scalars[name] = scalar.name
    ids = tuple(name for name, scalar in scalars.items() if scalar in _ID_SCALARS)
    has_usual = all(scalar in _VALUE_SCALARS or scalar in _ID_SCALARS for scalar in scalars.values())
    usual = skeleton(dict.fromkeys(scalars, ""), ()) if has_usual else None
    return PlainVariables(tuple(variables), ids, usual)
