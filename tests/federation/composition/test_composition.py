import re
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import build_schema, lexicographic_sort_schema, print_schema

from schema.build import print_sdl
from schema.federation.subgraphs import print_subgraphs
from tests.federation.composers import Composed, by_apollo, by_guild, need_node

DIRECTIVE = re.compile(r'("""[^"]*"""\n)?directive @(data|oneOf|cost|listSize)\b[^\n]*\n+')
PLANTED = {
    "two departments claim one field": (
        "sales",
        "  sales: Sales ",
        "  finance: Sales\n  sales: Sales ",
    ),
    "one value, two meanings": ("sales", "  amount: Decimal! ", "  amount: Int! "),
    "a value that only one of two knows": ("sales", "type PageInfo @shareable", "type PageInfo"),
    "an input with another field": ("core", "input CustomerBy", "input CustomerBy @federation__unknown"),
}

Compose = Callable[[dict[str, str], Path], Composed]


@pytest.fixture(params=[by_apollo, by_guild])
def compose(request: pytest.FixtureRequest) -> Compose:
    need_node()
    composer: Compose = request.param
    return composer


def clients_view(sdl: str) -> str:
    """The schema as clients see it, in order: without our own directive, and without @oneOf, which Apollo drops."""
    plain = DIRECTIVE.sub("", print_schema(lexicographic_sort_schema(build_schema(sdl))))
    return plain.replace(" @oneOf {", " {")


def test_the_five_compose_to_the_whole_graph(compose: Compose, tmp_path: Path) -> None:
    composed = compose(dict(print_subgraphs()), tmp_path)
    assert (composed.errors, composed.hints) == ((), ())
    assert clients_view(composed.api) == clients_view(print_sdl())
    assert len(composed.api) > 50_000


def test_every_field_keeps_its_department_and_category(compose: Compose, tmp_path: Path) -> None:
    composed = compose(dict(print_subgraphs()), tmp_path)
    directive = re.compile(r'@data\(\s*category: "')
    assert len(directive.findall(composed.supergraph)) == len(directive.findall(print_sdl())) > 400


def test_who_may_ask_is_told_to_gateways(compose: Compose, tmp_path: Path) -> None:
    supergraph = compose(dict(print_subgraphs()), tmp_path).supergraph
    assert supergraph.count('@requiresScopes(scopes: [["') == 7
    assert "@authenticated" in supergraph


def test_what_fields_cost_is_told_to_gateways(compose: Compose, tmp_path: Path) -> None:
    """The weights are integers, as federation declares them."""
    supergraph = compose(dict(print_subgraphs()), tmp_path).supergraph
    assert set(re.findall(r"@cost\(weight: (\d+)\)", supergraph)) == {"5", "10", "100"}
    assert supergraph.count("@listSize(") >= print_sdl().count("@listSize(") > 30


def test_without_access_they_compose_too(compose: Compose, tmp_path: Path) -> None:
    composed = compose(dict(print_subgraphs(tells_access=False)), tmp_path)
    assert (composed.errors, composed.hints) == ((), ())
    # Apollo's own gateway starts only on a supergraph that asks for no such feature.
    assert "for: SECURITY" not in composed.supergraph


@pytest.mark.parametrize("conflict", PLANTED)
def test_a_conflict_between_departments_fails(compose: Compose, tmp_path: Path, conflict: str) -> None:
    department, text, planted = PLANTED[conflict]
    sdl = dict(print_subgraphs())
    assert text in sdl[department]
    sdl[department] = sdl[department].replace(text, planted, 1)
    composed = compose(sdl, tmp_path)
    assert composed.errors
    assert not composed.api
