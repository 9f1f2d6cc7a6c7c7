"""Abusive requests: cheap to send, expensive to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import get_introspection_query


@dataclass(frozen=True, slots=True)
class Abuse:
    """One request, and the status and error code of its answer."""

    name: str
    make: Callable[[], bytes]
    code: str
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=dict)


def request_body(document: str, variables: Any = None) -> bytes:
    return orjson.dumps({"query": document, "variables": variables})


def query(selections: str) -> Callable[[], bytes]:
    return lambda: request_body("{ " + selections + " }")


def customer(selections: str, fragments: str = "") -> Callable[[], bytes]:
    return lambda: request_body('{ customer(by: {number: "C-1"}) { ' + selections + " } } " + fragments)


def repeat(text: str, times: int) -> str:
    """Repeat the text, with its number in place of `#`."""
    return " ".join(text.replace("#", str(n)) for n in range(times))


def fragments(type_: str, body: str, levels: int, last: str) -> str:
    """A chain of fragments F0, F1, … where `#` in the body is the number of the next."""
    chain = (f"fragment F{n} on {type_} {{ {body.replace('#', str(n + 1))} }}" for n in range(levels))
    return f"{' '.join(chain)} fragment F{levels} on {type_} {{ {last} }}"


def doubled_fragments(levels: int) -> Callable[[], bytes]:
    return customer("...F0", fragments("Customer", "...F# ...F#", levels, "number"))


def recursive_fragments(levels: int) -> Callable[[], bytes]:
    """Each fragment returns to the customer by two paths, so that each level doubles the answer."""
    back = "finance { invoices { nodes { customer { ...F# } } } }"
    return customer("...F0", fragments("Customer", f"a: {back} b: {back}", levels, "number"))


def fragment_chain(levels: int, last: str = "__typename") -> Callable[[], bytes]:
    return lambda: request_body("{ ...F0 } " + fragments("Query", "...F#", levels, last))


def nested_variables(levels: int) -> Callable[[], bytes]:
    """JSON nested too deep for a library to write."""
    value = b"[" * levels + b"]" * levels
    return lambda: b'{"query": "{ __typename }", "variables": {"a": ' + value + b"}}"


LISTS = "customers(first: 100) { nodes { sales { orders(first: 100) { nodes { lines { position } } } } } }"
INVOICES = "invoices(first: #) { totalCount }"
TYPES = "a#: __schema { types { name fields { name args { name } type { name } } } }"
ROUND = "__schema " + "{ types { fields { type " * 4 + "{ name }" + "} } }" * 4
RIGHTS = "a#: viewer { coordinates { coordinate rule article } }"
COUNTRIES = "query ($c: [CountryCode!]) { customers(filter: {countries: $c}) { totalCount } }"
PHONE = "query ($p: PhoneNumber!) { customer(by: {phone: $p}) { number } }"
UNUSED = "query (" + repeat("$v#: Int", 300) + ") { __typename }"
GZIP = {"content-encoding": "gzip"}
WHOLE = get_introspection_query().replace("__schema {", "a: __schema { types { ...FullType } } b: __schema {", 1)
CARD = 'a#: customer(by: {number: "#"}) { number displayName finance { balance { amount currency } } }'
LINES = (
    "a#: invoices(first: 1) { nodes { number state issuedOn total { amount currency } tax { amount }"
    " lines { position sku quantity } payments { receivedOn } } }"
)
COST, INVALID, INPUT, BAD = "COST_EXCEEDED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "BAD_REQUEST"
AWAY = "CORE_UNAVAILABLE"
TOO_LARGE, UNREADABLE, UNNAMED = "BODY_TOO_LARGE", "GRAPHQL_PARSE_FAILED", "OPERATION_RESOLUTION_FAILURE"

ABUSES = (
    Abuse("fragments doubled 20 times", doubled_fragments(20), COST),
    Abuse("fragments doubled 22 times", doubled_fragments(22), COST),
    Abuse("fragments doubled 90 times", doubled_fragments(90), COST),
    Abuse("a type that comes back by fragments, 2^12 results", recursive_fragments(12), COST),
    Abuse("a type that comes back by fragments, 2^4 results", recursive_fragments(4), COST),
    Abuse("a chain of 600 fragments", fragment_chain(600), COST),
    Abuse("a chain of 150 fragments", fragment_chain(150), COST),
    Abuse("fragments in a circle", fragment_chain(90, "...F0"), INVALID),
    Abuse("17,000 inline fragments, 450 KB", query(repeat("... { a#: __typename }", 17_000)), COST),
    Abuse("90,000 times __typename", query("__typename " * 90_000), COST),
    Abuse("1,900 times __typename", query("__typename " * 1_900), COST),
    Abuse("2,000 aliases", query(repeat("a#: __typename", 2_000)), COST),
    Abuse("600 aliases", query(repeat("a#: __typename", 600)), COST),
    Abuse("200 aliases in a fragment", fragment_chain(1, repeat("a#: __typename", 200)), COST),
    Abuse("200 customers", query(repeat('customer(by: {number: "#"}) { number }', 200)), COST),
    Abuse(
        "90 invoice lists under one key",
        customer(f"finance {{ {repeat('invoices(first: #) { totalCount }', 90)} }}"),
        INVALID,
    ),
    Abuse("250 fields in one place", customer("number " * 250), COST),
    Abuse("a field in itself 150 times", query("a{" * 150 + "b" + "}" * 150), COST),
    Abuse("a field in itself 5,000 times", query("a{" * 5_000 + "b" + "}" * 5_000), UNREADABLE),
    Abuse("lists of lists of lists", query(LISTS), COST),
    Abuse("a list of 200,000 customers", query("customers(first: 200000) { totalCount }"), INPUT),
    Abuse("introspection 30 times", query(repeat(TYPES, 30)), COST),
    Abuse("introspection that goes round", query(ROUND), INVALID),
    Abuse("all rights of the viewer 10 times", query(repeat(RIGHTS, 10)), COST),
    Abuse("600 directives", query("__typename " + "@a " * 600), INVALID),
    Abuse("190 fields that there are not", customer(repeat("x#", 190)), INVALID),
    Abuse("300 variables that nothing uses", lambda: request_body(UNUSED), INVALID),
    Abuse("300 operations", lambda: request_body(repeat("query Q# { __typename }", 300)), COST),
    Abuse("50 operations", lambda: request_body(repeat("query Q# { __typename }", 50)), UNNAMED),
    Abuse("a comment of 1 MB", query("__typename #" + "x" * 1_000_000), COST),
    Abuse("a comment of 5 MB", query("__typename #" + "x" * 5_000_000), TOO_LARGE, 413),
    Abuse("40,000 comments", query("__typename " + "#\n" * 40_000), COST),
    Abuse("a name of 1 MB", query("x" * 1_000_000), COST),
    Abuse("a body of 50 MB", lambda: bytes(50_000_000), TOO_LARGE, 413),
    Abuse("400,000 brackets", lambda: b"[" * 400_000, BAD),
    Abuse("variables nested 20,000 deep", nested_variables(20_000), BAD),
    Abuse("variables nested 500 deep", nested_variables(500), BAD),
    Abuse("200,000 values in a list", lambda: request_body(COUNTRIES, {"c": ["SE"] * 200_000}), BAD),
    Abuse("60,000 variables", lambda: request_body("{ __typename }", dict.fromkeys(map(str, range(60_000)))), BAD),
    Abuse("a phone number of 1 MB", lambda: request_body(PHONE, {"p": "+" + "1" * 1_000_000}), INPUT),
    Abuse("a batch of 50", lambda: orjson.dumps([{"query": "{ __typename }"}] * 50), BAD),
    # The largest operations that are allowed. They are compiled, and fail because core is unreachable.
    Abuse("10 customers, the most there may be", query(repeat(CARD, 10)), AWAY, 200),
    Abuse("29 lists of invoices, 470 fields", customer(f"finance {{ {repeat(LINES, 29)} }}"), AWAY, 200),
    Abuse("all that introspection tells, 2 times", lambda: request_body(WHOLE), "", 200),
    Abuse("all rights of the viewer 3 times", query(repeat(RIGHTS, 3)), "", 200),
    Abuse("a compressed body", lambda: bytes(1_000), "UNSUPPORTED_MEDIA_TYPE", 415, GZIP),
)
