from typing import Any

import pytest
from graphql import parse

from resolvers.documents.extent import Extent, extent, fragments_in_order
from resolvers.documents.limits import Limits
from resolvers.refusal import OperationRefused


def measured(text: str) -> Extent:
    document = parse(text)
    return extent(document, fragments_in_order(document))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a }", Extent(fields=1, aliases=0, depth=1, roots=1, breadth=1)),
        ("{ a { b c } d }", Extent(fields=4, aliases=0, depth=2, roots=2, breadth=2)),
        ("{ x: a { y: b } }", Extent(fields=2, aliases=2, depth=2, roots=1, breadth=1)),
        ("{ ... { a ... { b } } }", Extent(fields=2, aliases=0, depth=1, roots=2, breadth=2)),
        ("{ a { ...F ...F } } fragment F on T { b { c } }", Extent(fields=5, aliases=0, depth=3, roots=1, breadth=2)),
        ("{ ...F } fragment F on T { x: a b }", Extent(fields=2, aliases=1, depth=1, roots=2, breadth=2)),
        ("{ a } fragment F on T { a b c }", Extent(fields=3, aliases=0, depth=1, roots=1, breadth=3)),
        ("query A { a } query B { b { c } d }", Extent(fields=3, aliases=0, depth=2, roots=2, breadth=2)),
        ("{ ...Unknown }", Extent()),
    ],
)
def test_extent(text: str, expected: Extent) -> None:
    assert measured(text) == expected


def test_fragments_come_after_those_that_they_use() -> None:
    text = "{ ...A } fragment A on T { ...B ...C } fragment B on T { c { ...C } } fragment C on T { d }"
    assert list(fragments_in_order(parse(text))) == ["C", "B", "A"]


@pytest.mark.parametrize(
    "text", ["fragment A on T { ...A }", "fragment A on T { a { ...B } } fragment B on T { ...A }"]
)
def test_a_circle_has_no_end(text: str) -> None:
    with pytest.raises(OperationRefused) as caught:
        measured("{ ...A } " + text)
    assert caught.value.code == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("limits", "text", "expected"),
    [
        (Limits(depth=2), "{ a { b { c } } }", ("depth", 2, 3)),
        (Limits(aliases=1), "{ x: a y: b }", ("aliases", 1, 2)),
        (Limits(root_fields=1), "{ a b }", ("root fields", 1, 2)),
        (Limits(fields=3), "{ a { b c d } }", ("fields", 3, 4)),
        (Limits(), "{ a { " + "b " * 201 + "} }", ("fields in one place", 200, 201)),
    ],
)
def test_a_refusal_names_figure_limit_and_remedy(limits: Limits, text: str, expected: tuple[str, int, int]) -> None:
    limits.check_extent(measured("{ a }"))
    with pytest.raises(OperationRefused) as caught:
        limits.check_extent(measured(text))
    what, most, found = expected
    (error,) = caught.value.errors
    extensions: dict[str, Any] = error["extensions"]
    assert extensions == {"code": "COST_EXCEEDED", "measure": what, "limit": most, "found": found}
    message = error["message"]
    assert message.startswith(f"The operation's {what}: {found}, where the limit is {most}. ")
    assert "Ask " in message or "Send " in message
