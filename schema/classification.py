"""What every field says of itself: its department and the category of its data, printed as a directive."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.arguments import StrawberryArgumentAnnotation

from auth.categories import Category
from datasources.core.codes import Department

CATEGORY = "category"
GOVERNS = "governs"
OPERATOR = "operator"

F = TypeVar("F", bound=Callable[..., Any])


@strawberry.schema_directive(
    name="data",
    locations=[Location.FIELD_DEFINITION],
    description="Which department owns the field, and which category of data it holds (Fideslang keys).",
)
class Data:
    category: str
    owner: Department


class DepartmentField:
    """Declares fields of one department: `field("What it is.", Category.NAME)` as a value or a decorator."""

    def __init__(self, owner: Department) -> None:
        self._owner = owner

    def __call__(self, description: str, category: Category = Category.STRUCTURE, **options: Any) -> Any:
        return strawberry.field(
            description=description,
            metadata={CATEGORY: category},
            directives=[Data(category=category.value, owner=self._owner)],
            **options,
        )


def input_field(description: str, governs: str, operator: str = "equals") -> Any:
    """A field of an input. Using it is a use of the coordinate `governs`, and needs the right to that."""
    metadata = {GOVERNS: governs, OPERATOR: operator}
    return strawberry.field(description=description, default=strawberry.UNSET, metadata=metadata)


def argument(description: str, governs: str | None = None, operator: str = "in") -> StrawberryArgumentAnnotation:
    """An argument of a field; one that narrows by a field's value `governs` that field."""
    metadata = {GOVERNS: governs, OPERATOR: operator} if governs else {}
    return strawberry.argument(description=description, metadata=metadata)
