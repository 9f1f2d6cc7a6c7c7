"""Check that every server gives the same answers as ours."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.request import Request, urlopen

import orjson

from bench.answers.equality import as_permitted, canonical
from bench.contestants.servers import Server
from bench.load.run import Target, body
from bench.workloads.operations import Workload, Workloads

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


def answer_data(target: Target, document: str, variables: Any) -> Any:
    """Return the answer's `data`. Raises ValueError for an answer with errors."""
    answer = orjson.loads(ask(target, document, variables))
    if answer.get("errors"):
        raise ValueError(f"{target.name}: {str(answer['errors'])[:500]}")
    return answer["data"]


def differences(ours: Target, others: Iterable[tuple[Server, Target]], workloads: Workloads) -> list[str]:
    """Describe each workload on which a server's answers differ from ours."""
    pairs = list(others)
    return [
        difference
        for workload in workloads.all
        for server, target in pairs
        if workload.name in server.workloads
        for difference in _compare(ours, server, target, workload, workloads.limited)
    ]


def _compare(
    ours: Target, server: Server, target: Target, workload: Workload, limited: frozenset[str]
) -> Iterable[str]:
    compared = 0
    for variables in workload.variables:
        expected = answer_data(ours, workload.document(), variables)
        # A server without permissions differs where ours withholds. The documents select ids, which tell where.
        if server.shows_all and not limited.isdisjoint(_IDS.findall(str(expected))):
            continue
        try:
            theirs = answer_data(target, workload.document(target.documents), variables)
        except (ValueError, OSError) as error:
            yield f"{workload.name}: {error}"
            return
        mine, theirs = canonical(expected), canonical(as_permitted(theirs) if server.shows_all else theirs)
        if mine != theirs:
            yield f"{workload.name}: {server.name} differs for {variables}: {_first_difference(theirs, mine)}"
            return
        compared += 1
        if compared == SAMPLES:
            return
    yield f"{workload.name}: no sample to compare {server.name} with"


def _first_difference(found: Any, expected: Any, path: str = "") -> str:
    """Describe the first place where two answers differ."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        parts = [(found[key], expected[key], f"{path}.{key}") for key in found]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        parts = [(each, expected[n], f"{path}[{n}]") for n, each in enumerate(found)]
    else:
        return f"{path}: {str(found)[:200]} is not {str(expected)[:200]}"
    return next((_first_difference(*part) for part in parts if part[0] != part[1]), path)
