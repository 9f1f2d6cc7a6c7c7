"""Before anything is timed: every server answers what ours answers."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.request import Request, urlopen

import orjson

from bench.equality import as_permitted, canonical
from bench.load import Target, body
from bench.servers import Server
from bench.workloads import Workload, Workloads

SAMPLES = 12
_IDS = re.compile(r"'id': '([0-9a-f-]{36})'")


def ask(target: Target, document: str, variables: Any) -> bytes:
    names, values = target.headers[::2], target.headers[1::2]
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        **dict(zip(names, values, strict=True)),
    }
    url = f"http://127.0.0.1:{target.port}/graphql"
    with urlopen(Request(url, body(document, variables), headers), timeout=30) as response:
        answer: bytes = response.read()
        return answer


def data(target: Target, document: str, variables: Any) -> Any:
    """The answer's data. Raises ValueError for an answer with errors."""
    answer = orjson.loads(ask(target, document, variables))
    if answer.get("errors"):
        raise ValueError(f"{target.name}: {str(answer['errors'])[:500]}")
    return answer["data"]


def differences(ours: Target, others: Iterable[tuple[Server, Target]], workloads: Workloads) -> list[str]:
    """In words, each workload on which a server's answers differ from ours."""
    pairs = list(others)
    return [
        told
        for workload in workloads.all
        for server, target in pairs
        if workload.name in server.workloads
        for told in _compare(ours, server, target, workload, workloads.limited)
    ]


def _compare(
    ours: Target, server: Server, target: Target, workload: Workload, limited: frozenset[str]
) -> Iterable[str]:
    compared = 0
    for variables in workload.variables:
        expected = data(ours, workload.document(), variables)
        # Who shows everything differs where something is withheld; the documents ask for ids.
        if server.shows_all and not limited.isdisjoint(_IDS.findall(str(expected))):
            continue
        try:
            found = data(target, workload.document(target.documents), variables)
        except (ValueError, OSError) as error:
            yield f"{workload.name}: {error}"
            return
        mine, theirs = canonical(expected), canonical(as_permitted(found) if server.shows_all else found)
        if mine != theirs:
            yield f"{workload.name}: {server.name} differs for {variables}: {_first(theirs, mine)}"
            return
        compared += 1
        if compared == SAMPLES:
            return
    yield f"{workload.name}: nothing to compare {server.name} by"


def _first(found: Any, expected: Any, path: str = "") -> str:
    """Where two answers part."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        parts = [(found[key], expected[key], f"{path}.{key}") for key in found]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        parts = [(each, expected[n], f"{path}[{n}]") for n, each in enumerate(found)]
    else:
        return f"{path}: {str(found)[:200]} is not {str(expected)[:200]}"
    return next((_first(*part) for part in parts if part[0] != part[1]), path)
