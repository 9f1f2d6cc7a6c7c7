"""The project's Python modules as the house tests read them: syntax tree, comments and docstrings."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.project import PACKAGES, ROOT, own_files

SOURCE = (*PACKAGES, "bench", "deploy")
FOLDERS = (*SOURCE, "tests")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)


@dataclass(frozen=True)
class Module:
    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def top(self) -> str:
        """The top-level folder."""
        return self.path.relative_to(ROOT).parts[0]

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.text))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in self.nodes() if isinstance(node, FUNCTIONS))

    def prose(self) -> Iterator[str]:
        """Comments and docstrings."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        yield from (token.string for token in tokens if token.type == tokenize.COMMENT)
        for node in self.nodes():
            if isinstance(node, DOCUMENTED):
                yield ast.get_docstring(node) or ""


@cache
def modules() -> tuple[Module, ...]:
    """Every Python module of the source, of the tests and of the benchmarks."""
    found = (path for path in own_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in FOLDERS)
    return tuple(Module(path, path.read_text()) for path in found)
