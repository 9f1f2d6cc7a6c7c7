"""The first query that everybody meets, *who is calling?*: GraphiQL, the demo and the README share it."""

from pathlib import Path

import orjson

QUERY_FILE = Path(__file__).with_name("screen_pop.graphql")


def query() -> str:
    return QUERY_FILE.read_text()


def on_one_line() -> str:
    return " ".join(query().split())


def curl(endpoint: str, token: str, purpose: str, phone: str) -> str:
    """A line to paste into a shell."""
    body = orjson.dumps({"query": on_one_line(), "variables": {"phone": phone}}).decode()
    return (
        f"curl -sS {endpoint} -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}'"
        f" -H 'Customer360-Purpose: {purpose}' -d '{body}'"
    )
