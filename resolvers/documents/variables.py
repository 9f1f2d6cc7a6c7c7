"""Variables that are plain: scalars without a default, as most are. They are read without graphql-core, which is asked
only where something does not fit, for what is to be said of it.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_non_null_type,
    is_scalar_type,
    type_from_ast,
)

from datasources.plan import Variables
from resolvers.documents.skeleton import skeleton

# A text that is a global id shapes a plan by the type in it.
_TEXTS = frozenset(("ID", "String"))
# Of these, nothing of a value shapes a plan but that there is one.
_FORMLESS = frozenset(
    ("Date", "DateTime", "Decimal", "PhoneNumber", "EmailAddress", "CurrencyCode", "CountryCode", "LanguageTag")
)
_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Plain:
    """One variable: what coerces a value of its type, and whether it must be given."""

    name: str
    coerce: Callable[[Any], Any]
    is_required: bool


@dataclass(frozen=True, slots=True)
class PlainVariables:
    """All variables of an operation. `usual` is their skeleton where each has a value and none shapes the plan, as
    `texts` may by a type that they name; None where others may.
    """

    variables: tuple[Plain, ...]
    texts: tuple[str, ...]
    usual: Hashable | None

    def coerced(self, given: Mapping[str, Any] | None) -> Variables | None:
        """The values by name; None where one does not fit."""
        given = _NONE if given is None else given
        values: dict[str, Any] = {}
        for each in self.variables:
            value = given.get(each.name)
            if value is not None:
                try:
                    value = each.coerce(value)
                except Exception:  # noqa: BLE001 - whatever a scalar says, graphql-core hears it again
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
        """As `skeleton` tells it of any variables."""
        if self.usual is None or len(variables) < len(self.variables) or None in variables.values():
            return skeleton(variables, types)
        if any("_" in variables[name] for name in self.texts):
            return skeleton(variables, types)
        return self.usual


def plain(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> PlainVariables | None:
    """None where one variable is not plain."""
    found = list(_plain(schema, definitions))
    if None in found:
        return None
    scalars = {variable.name: scalar for variable, scalar in filter(None, found)}
    texts = tuple(name for name, scalar in scalars.items() if scalar.name in _TEXTS)
    is_formless = all(scalar.name in _FORMLESS or scalar.name in _TEXTS for scalar in scalars.values())
    usual = skeleton(dict.fromkeys(scalars, ""), ()) if is_formless else None
    return PlainVariables(tuple(variable for variable, _ in filter(None, found)), texts, usual)


def _plain(
    schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]
) -> Iterator[tuple[Plain, GraphQLScalarType] | None]:
    for each in definitions:
        type_ = type_from_ast(schema, each.type)
        bare = type_.of_type if is_non_null_type(type_) else type_
        if each.default_value is None and is_scalar_type(bare):
            yield Plain(each.variable.name.value, bare.coerce_input_value, is_non_null_type(type_)), bare
        else:
            yield None
