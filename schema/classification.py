"""Declares fields with their department and the category of their data, which the SDL prints as a directive."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.arguments import StrawberryArgumentAnnotation

from auth.departments import Department
from auth.policy.categories import INPUTS, Category

CATEGORY = "category"
OWNER = "owner"
GOVERNS = "governs"
OPERATOR = "operator"

F = TypeVar("F", bound=Callable[..., Any])


@strawberry.schema_directive(
    name="data",
    locations=[Location.FIELD_DEFINITION],
    description="Which department owns a field, which category of data it holds (Fideslang keys), and its sources.",
)
class Data:
    category: str = strawberry.directive_field(name="category")
    owner: Department = strawberry.directive_field(name="owner")
    derived_from: list[str] | None = strawberry.directive_field(name="derivedFrom", default=strawberry.UNSET)


class DepartmentField:
    """Declares fields of one department: `field("What it is.", Category.NAME)` as a value or a decorator."""

    def __init__(self, owner: Department) -> None:
        self._owner = owner

    def __call__(self, description: str, category: Category = Category.STRUCTURE, **options: Any) -> Any:
        return strawberry.field(
            description=f"{description}\n\n{_data_sentence(category, self._owner)}"
            if description and category.is_personal
            else description,
            metadata={CATEGORY: category, OWNER: self._owner},
            directives=[Data(category=category.value, owner=self._owner, derived_from=_sources(category))],
            **options,
        )


def _sources(category: Category) -> Any:
    return [source.value for source in INPUTS.get(category, ())] or strawberry.UNSET


def _data_sentence(category: Category, owner: Department) -> str:
    sources = ", ".join(source.value for source in INPUTS.get(category, ()))
    derived = f", derived from {sources}" if sources else ""
    return f"Data of {owner.value.lower()}: `{category.value}`{derived}."


def input_field(description: str, governs: str, operator: str = "equals") -> Any:
    """A field of an input. Using it is a use of the coordinate `governs`, and needs the right to that."""
    metadata = {GOVERNS: governs, OPERATOR: operator}
    return strawberry.field(description=description, default=strawberry.UNSET, metadata=metadata)


def argument(description: str, governs: str | None = None, operator: str = "in") -> StrawberryArgumentAnnotation:
    """An argument of a field; one that narrows by a field's value `governs` that field."""
    metadata = {GOVERNS: governs, OPERATOR: operator} if governs else {}
    return strawberry.argument(description=description, metadata=metadata)
