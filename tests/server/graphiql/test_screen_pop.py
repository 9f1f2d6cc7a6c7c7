"""The example query must be valid and answered for every role."""

import json
import shlex
from datetime import date
from random import Random

import pytest
from graphql import parse, validate

from datasources.sample.profile import draw_profile
from schema.build import build_schema, contract
from server.graphiql import screen_pop


def test_the_schema_has_what_it_asks_for() -> None:
    schema = contract(build_schema()).schema
    assert validate(schema, parse(screen_pop.query())) == []
    assert parse(screen_pop.on_one_line(), no_location=True) == parse(screen_pop.query(), no_location=True)


def test_the_curl_line_survives_a_shell() -> None:
    words = shlex.split(screen_pop.curl("http://127.0.0.1:8360/graphql", "a.b.c", "care"))
    assert words[:3] == ["curl", "-sS", "http://127.0.0.1:8360/graphql"]
    assert words[3:9:2] == ["-H", "-H", "-H"]
    assert words[4:10:2] == [
        "Content-Type: application/json",
        "Authorization: Bearer a.b.c",
        "Customer360-Purpose: care",
    ]
    body = json.loads(words[-1])
    assert body == {"query": screen_pop.on_one_line(), "variables": {"phone": screen_pop.SAMPLE_PHONE}}


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2027, 2, 28), date(2028, 2, 29)])
def test_whoever_runs_the_demo_has_the_caller(day: date) -> None:
    seed = screen_pop.SAMPLE_SEED
    assert draw_profile(seed, 1, day, Random(f"{seed}/1")).home.phone == screen_pop.SAMPLE_PHONE  # noqa: S311 - not secret
