"""Circles of imports: none between the modules of a layer, nor between its folders."""

from collections.abc import Iterable, Mapping
from functools import cache

import grimp
import pytest

from tests.house.project import PACKAGES

Edges = Mapping[str, set[str]]


@cache
def imports() -> Edges:
    """What each module imports, whether for types alone or inside a function."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def folder_imports() -> Edges:
    """The same between folders. A folder and those inside it count as one."""
    modules = imports()
    folders = {module.rpartition(".")[0] for module in modules} - {""}
    edges: dict[str, set[str]] = {folder: set() for folder in folders}
    for importer, imported in modules.items():
        mine = _folder(importer, folders)
        edges[mine] |= {theirs for each in imported if _are_apart(mine, theirs := _folder(each, folders))}
    return edges


def _folder(module: str, folders: set[str]) -> str:
    return module if module in folders else module.rpartition(".")[0] or module


def _are_apart(one: str, other: str) -> bool:
    return not f"{one}.".startswith(f"{other}.") and not f"{other}.".startswith(f"{one}.")


def circles(edges: Edges) -> set[frozenset[str]]:
    """The strongly connected components with more than one member."""
    reach = {start: _reachable(start, edges) for start in edges}
    found = (frozenset(other for other in reach[one] if one in reach.get(other, ())) for one in edges)
    return {each for each in found if len(each) > 1}


def _reachable(start: str, edges: Edges) -> set[str]:
    reached, waiting = set[str](), [start]
    while waiting:
        for each in edges.get(waiting.pop(), ()):
            if each not in reached:
                reached.add(each)
                waiting.append(each)
    return reached


def test_no_modules_import_in_a_circle() -> None:
    """The graph's own circle is not seen here: `schema.customer` imports the departments by the registry's names."""
    assert circles(imports()) == set()


def test_no_folders_import_in_a_circle() -> None:
    assert circles(folder_imports()) == set()


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, ["abc"]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, ["ab", "cd"]),
    ],
)
def test_circles_are_found(edges: Edges, expected: Iterable[str]) -> None:
    assert circles(edges) == {frozenset(each) for each in expected}
