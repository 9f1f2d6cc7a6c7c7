"""Imports stand at the top of a module. One inside a function gives its reason: an optional extra, a slow start."""

import ast
import re
from collections.abc import Iterator

from tests.house.style.modules import SOURCE, Module, modules

# How many there are in the source. The number may only fall.
MAX_FUNCTION_IMPORTS = 9
REASON = re.compile(r"# noqa: PLC0415 - \w+")


def function_imports(module: Module) -> Iterator[ast.Import | ast.ImportFrom]:
    for function in module.functions():
        yield from (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


def test_imports_inside_functions_are_few() -> None:
    where = {
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.top in SOURCE
        for node in function_imports(module)
    }
    assert len(where) <= MAX_FUNCTION_IMPORTS, "\n".join(sorted(where))


def test_each_gives_its_reason() -> None:
    silent = {
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.top in SOURCE
        for node in function_imports(module)
        if not REASON.search(module.text.splitlines()[node.lineno - 1])
    }
    assert silent == set()
