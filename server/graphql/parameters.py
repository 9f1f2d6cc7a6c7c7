"""The parameters of a GraphQL request, read from a body or a query string and checked for their types."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from resolvers.codes import Code
from server.graphql.bearer import TOKEN_PARAMETER, invalid_request
from server.graphql.refusals import Refusal

# Deeper variables than any input type needs would only exhaust whoever walks them.
MAX_DEPTH = 64
MAX_VALUES = 10_000
MAX_PARAMETERS = 32
_NESTED = (dict, list)
_OPTIONAL = (("documentId", str), ("operationName", str), ("variables", dict), ("extensions", dict))


class Parameters(NamedTuple):
    """What is asked: a document, or the id of one that is trusted."""

    document: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, Any] | None


def from_body(body: bytes) -> Parameters:
    return _checked(_json(body, "The body"))


def from_query(query: bytes) -> Parameters:
    """The same parameters from a URL, where objects are written as JSON."""
    try:
        pairs = parse_qsl(query.decode("ascii"), True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise Refusal(Code.BAD_REQUEST, "The URL's query string cannot be read.") from None
    given: dict[str, Any] = dict(pairs)
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1 and name in ("query", "documentId", "operationName", "variables", "extensions"):
            raise Refusal(Code.BAD_REQUEST, f"The parameter {name} occurs twice.")
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _json(given[name].encode(), f"The parameter {name}")
    return _checked(given)


def refuse_token_in_url(query: bytes) -> None:
    """URLs end up in logs and histories; a token in one is refused whatever else it asks (RFC 9700)."""
    if TOKEN_PARAMETER.encode() in query and any(
        name == TOKEN_PARAMETER for name, _ in parse_qsl(query.decode("latin-1"), True)
    ):
        raise invalid_request("An access token must not be in the URL.")


def _json(content: bytes, what: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Refusal(Code.BAD_REQUEST, f"{what} is not JSON.") from None


def _checked(given: Any) -> Parameters:
    # A parameter that is not ours is ignored: the specification keeps their names for itself.
    if not isinstance(given, dict):
        raise Refusal(Code.BAD_REQUEST, "The body must be one JSON object; batches are not taken.")
    if TOKEN_PARAMETER in given:
        raise invalid_request("An access token must not be in the body.")
    for name, kind in _OPTIONAL:
        if (value := given.get(name)) is not None and not isinstance(value, kind):
            word = "an object" if kind is dict else "a text"
            raise Refusal(Code.BAD_REQUEST, f"The parameter {name} must be {word} or null.")
    document, document_id = given.get("query"), given.get("documentId")
    if document_id is None and (not isinstance(document, str) or not document):
        raise Refusal(Code.BAD_REQUEST, "The parameter query is missing or is no text.")
    if document_id is not None and document is not None:
        raise Refusal(Code.BAD_REQUEST, "Send query or documentId, not both.")
    variables = given.get("variables")
    if variables:
        _check_extent(variables)
    return Parameters(document, document_id, given.get("operationName"), variables)


def _check_extent(variables: Mapping[str, Any]) -> None:
    """Level by level, since a walk that calls itself is what deep variables would break."""
    level: list[Any] = [variables]
    values = 0
    for _ in range(MAX_DEPTH):
        values += sum(map(len, level))
        if values > MAX_VALUES:
            raise Refusal(Code.BAD_REQUEST, f"The variables hold more than {MAX_VALUES} values.")
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, _NESTED)
        ]
        if not level:
            return
    raise Refusal(Code.BAD_REQUEST, f"The variables are nested deeper than {MAX_DEPTH} levels.")
