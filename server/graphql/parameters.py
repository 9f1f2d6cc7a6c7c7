"""Reads a GraphQL request's parameters from a body or a query string, and checks their types."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from resolvers.codes import Code
from server.graphql.bearer import TOKEN_PARAMETER, invalid_request
from server.graphql.refusals import Refusal

# Limits of variables; no input type needs as much.
MAX_DEPTH = 64
MAX_VALUES = 10_000
MAX_PARAMETERS = 32
_NESTED = (dict, list)
_OPTIONAL = (("documentId", str), ("operationName", str), ("variables", dict), ("extensions", dict))


class Parameters(NamedTuple):
    """A request's parameters: a document, the id of a trusted one, or the hash of a persisted one."""

    document: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, Any] | None
    # `extensions.persistedQuery.sha256Hash`, of a request without a document.
    persisted_hash: str | None = None

    @property
    def is_id_alone(self) -> bool:
        """Whether nothing of the request can be personal: it names a document and has no variables."""
        return self.document is None and not self.variables


def from_body(body: bytes) -> Parameters:
    return _check_parameters(_json(body, "The body"))


def from_query(query: bytes) -> Parameters:
    """Parameters from a URL, where objects are JSON texts."""
    try:
        pairs = parse_qsl(query.decode("ascii"), True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise Refusal(Code.BAD_REQUEST, "The URL's query string cannot be read.") from None
    members: dict[str, Any] = dict(pairs)
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1 and name in ("query", "documentId", "operationName", "variables", "extensions"):
            raise Refusal(Code.BAD_REQUEST, f"The parameter {name} occurs twice.")
    for name in ("variables", "extensions"):
        if name in members:
            members[name] = _json(members[name].encode(), f"The parameter {name}")
    return _check_parameters(members)


def refuse_token_in_url(query: bytes) -> None:
    """Refuse a token in the URL, because URLs are kept in logs and histories (RFC 9700)."""
    if TOKEN_PARAMETER.encode() in query and any(
        name == TOKEN_PARAMETER for name, _ in parse_qsl(query.decode("latin-1"), True)
    ):
        raise invalid_request("An access token must not be in the URL.")


def _json(content: bytes, what: str) -> Any:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Refusal(Code.BAD_REQUEST, f"{what} is not JSON.") from None
    if not _is_canonical(content, value):
        _check_members(content, what)
    return value


def _is_canonical(content: bytes, value: Any) -> bool:
    """Whether the text is what the value serializes to, so that it has no member twice.

    Most clients send such text. The comparison takes a microsecond, where `_check_members` takes several.
    """
    try:
        return orjson.dumps(value) == content
    except orjson.JSONEncodeError:
        return False


def _check_members(content: bytes, what: str) -> None:
    """Refuse an object with a member twice, of which parsers take one or the other (RFC 8259, 4)."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) != len(pairs):
            raise Refusal(Code.BAD_REQUEST, f"{what} has an object with a member twice.")

    try:
        # Numbers are not converted, because Python refuses integers of more than 4,300 digits.
        json.loads(content.decode(), object_pairs_hook=check, parse_int=len, parse_float=len)
    except RecursionError:
        raise Refusal(Code.BAD_REQUEST, f"{what} is nested too deep.") from None


def _check_parameters(members: Any) -> Parameters:
    # Unknown parameters are ignored, because the specification reserves their names.
    if not isinstance(members, dict):
        raise Refusal(Code.BAD_REQUEST, "The body must be one JSON object; batches are not taken.")
    if TOKEN_PARAMETER in members:
        raise invalid_request("An access token must not be in the body.")
    for name, kind in _OPTIONAL:
        if (value := members.get(name)) is not None and not isinstance(value, kind):
            word = "an object" if kind is dict else "a text"
            raise Refusal(Code.BAD_REQUEST, f"The parameter {name} must be {word} or null.")
    document, document_id = members.get("query"), members.get("documentId")
    persisted_hash = _persisted_hash(members.get("extensions")) if document is None else None
    if document_id is None and persisted_hash is None and (not isinstance(document, str) or not document):
        raise Refusal(Code.BAD_REQUEST, "The parameter query is missing or is no text.")
    if document_id is not None and document is not None:
        raise Refusal(Code.BAD_REQUEST, "Send query or documentId, not both.")
    variables = members.get("variables")
    if variables:
        _check_extent(variables)
    # The specification treats an empty name as an absent one.
    operation_name = members.get("operationName") or None
    return Parameters(document, document_id, operation_name, variables, persisted_hash)


def _persisted_hash(extensions: Mapping[str, Any] | None) -> str | None:
    """The hash that clients with automatic persisted queries send instead of the document."""
    persisted = (extensions or {}).get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or not isinstance(persisted.get("sha256Hash"), str):
        raise Refusal(Code.BAD_REQUEST, "extensions.persistedQuery must be an object with a text sha256Hash.")
    return str(persisted["sha256Hash"])


def _check_extent(variables: Mapping[str, Any]) -> None:
    """Walk level by level, because deep variables would exhaust a recursive walk's stack."""
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
