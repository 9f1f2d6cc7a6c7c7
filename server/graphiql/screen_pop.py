"""The first example query, *who is calling?*, which GraphiQL, the demo and the README share."""

import re
from pathlib import Path

import orjson

QUERY_FILE = Path(__file__).with_name("screen_pop.graphql")
# A sample customer of the demo, with data in every department.
SAMPLE_SEED = 1
SAMPLE_PHONE = "+46701740624"


def query() -> str:
    return QUERY_FILE.read_text()


def on_one_line() -> str:
    return " ".join(re.sub(r"#.*", "", query()).split())


def curl(endpoint: str, token: str, purpose: str) -> str:
    """A command to paste into a shell."""
    body = orjson.dumps({"query": on_one_line(), "variables": {"phone": SAMPLE_PHONE}}).decode()
    headers = ("Content-Type: application/json", f"Authorization: Bearer {token}", f"Customer360-Purpose: {purpose}")
    return " ".join([f"curl -sS {endpoint}", *(f"-H '{header}'" for header in headers), f"-d '{body}'"])
