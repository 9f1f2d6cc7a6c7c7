"""The customer: what every department knows of them, put together."""

from importlib import import_module
from typing import Any

import strawberry

from auth.departments import DEPARTMENTS


def department_parts(name: str) -> list[Any]:
    """The class of this name from the type file of each department that has one."""
    modules = [import_module(f"schema.{department}") for department in DEPARTMENTS]
    return [getattr(each, name) for each in modules if hasattr(each, name)]


@strawberry.type(
    description=("Somebody who buys from us or may: what every department knows of them, as far as you may see it.")
)
class Customer(*department_parts("CustomerFields")):  # type: ignore[misc]  # the registry names the bases
    pass
