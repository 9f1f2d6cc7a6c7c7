"""All departments together: their tables, and every GraphQL type that data stands behind."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import MetaData

from auth.departments import DEPARTMENTS
from datasources.shapes import Shape


def _modules(name: str) -> Mapping[str, Any]:
    """The module of this name from each department's folder."""
    return {department: import_module(f"datasources.{department}.{name}") for department in DEPARTMENTS}


METADATA: Mapping[str, MetaData] = {department: each.METADATA for department, each in _modules("tables").items()}
SHAPES: Mapping[str, Shape] = {shape.type: shape for each in _modules("shapes").values() for shape in each.SHAPES}
