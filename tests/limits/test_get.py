"""A mutation or subscription by GET is refused with 405, whether or not the schema has it."""

from pathlib import Path

import pytest

from resolvers.graph import Graph
from tests.limits.conftest import request
from tests.limits.serving import serving
from tests.limits.test_trusted import _post

REFUSED = (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("mutation { x }", REFUSED),
        ("mutation Named { x }", REFUSED),
        ("subscription { x }", REFUSED),
        ("fragment F on Query { viewer { role } } mutation { x }", REFUSED),
        ("{ viewer { role } }", (200, {"viewer": {"role": "service_agent"}})),
        ("{ nonsense }", (400, "GRAPHQL_VALIDATION_FAILED")),
        ("mutation {", (400, "GRAPHQL_PARSE_FAILED")),
        ("mutation A { x } mutation B { x }", (400, "GRAPHQL_VALIDATION_FAILED")),
    ],
)
def test_only_queries_are_answered_by_get(
    graph: Graph, bearer: dict[str, str], tmp_path: Path, document: str, expected: tuple[int, object]
) -> None:
    with serving(graph, tmp_path, get_queries=True) as (host, port, _):
        assert _post(host, port, bearer, {"query": document}, "GET") == expected
        assert _post(host, port, bearer, {"query": document}, "POST") == (
            expected if expected is not REFUSED else (400, "GRAPHQL_VALIDATION_FAILED")
        )


@pytest.mark.parametrize(("name", "code"), [("Change", "METHOD_NOT_ALLOWED"), ("Read", "GRAPHQL_VALIDATION_FAILED")])
async def test_the_named_operation_decides(graph: Graph, name: str, code: str) -> None:
    document = "mutation Change { x } query Read { viewer { role } }"
    sent = request(document)._replace(operation_name=name, read_only=True)
    assert (await graph.answer(sent)).code == code
