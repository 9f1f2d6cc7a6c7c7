"""graphql-core's error messages without what the request holds in them, and with what helps to mend it.

Names of the schema and of the document stay. Values may be personal data, and an error is logged, so none stays.
"""

import re
from collections.abc import Callable

from graphql import GraphQLSchema, is_enum_type

_GENERIC = "The value does not fit."
_SCALARS = "Date|DateTime|Decimal|PhoneNumber|EmailAddress|CurrencyCode|CountryCode|LanguageTag"
# What the schema's own scalars say: constant texts, without the value.
_OF_SCALAR = re.compile(rf"(?:{_SCALARS}) (?:is|has|needs) [^']*")
_VARIABLE = re.compile(r"Variable '(\$\w+)' has invalid value( at [\w.\[\]]+)?: (.*)", re.DOTALL)
_MISSING = re.compile(r"Expected a value of non-null type '([^']+)' to be provided\.")
_NULL = re.compile(r"Expected value of non-null type '([^']+)' not to be None\.")
_SYNTAX = re.compile(
    r"Syntax Error: (Expected (?:\w+|'[^']{1,3}')|Unexpected (?:'[^']{1,3}'|single quote character|\w+)|[A-Z][\w ]*)"
)
_ENUM = re.compile(r"Value .* does not exist in '(\w+)' enum.*", re.DOTALL)
_NOT_ENUM = re.compile(r"Enum '(\w+)' cannot represent ([\w -]+ value): .*", re.DOTALL)
_SUGGESTION = re.compile(r"(.*?\.) (Did you mean [\w ',]+\?) Found: .*", re.DOTALL)
# Where graphql-core appends a value, and what stays of the sentence.
_VALUES = (
    re.compile(r"(Expected value of type '[^']+'), but encountered error .*", re.DOTALL),
    re.compile(r"(.*?),? found:? .*", re.DOTALL),
    re.compile(r"(.*?cannot represent .*?): .*", re.DOTALL),
)
# A quoted name of the schema or the document: a type, a field, an argument, a variable, a directive.
_NAME = re.compile(r"[$@]?\[*[A-Za-z_]\w*(?:\.\w+)?(?:\(\w+:\))?[\]!]*")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def without_values(message: str, schema: GraphQLSchema | None = None) -> str:
    """The message of one of graphql-core's errors. With the schema, a wrong enum value lists the choices."""
    if message.startswith("Syntax Error: "):
        return _syntax_error(message)
    variable = _VARIABLE.fullmatch(message)
    if variable is None:
        return _cleaned(message, schema)
    name, path, problem = variable.groups()
    if (missing := _MISSING.fullmatch(problem)) and path is None:
        return f"Variable '{name}' of required type '{missing[1]}' was not provided."
    if (null := _NULL.fullmatch(problem)) and path is None:
        return f"Variable '{name}' of non-null type '{null[1]}' must not be null."
    return f"Variable '{name}' has invalid value{path or ''}: {_cleaned(problem, schema)}"


def _syntax_error(message: str) -> str:
    known = _SYNTAX.match(message)
    return f"Syntax Error: {known[1].strip()}." if known else "Syntax Error."


def _cleaned(message: str, schema: GraphQLSchema | None) -> str:
    if _OF_SCALAR.fullmatch(message):
        return message
    for pattern, replace in _REPLACED:
        if match := pattern.fullmatch(message):
            return replace(match, schema)
    for pattern in _VALUES:
        # Anchored, because a value may be as long as a document and the search would start at each of its characters.
        if match := pattern.fullmatch(message):
            message = f"{match[1]}."
    quoted = [first or second for first, second in _QUOTED.findall(message)]
    is_open = any(quote in _QUOTED.sub("", message) for quote in "'\"")
    return _GENERIC if is_open or not all(_NAME.fullmatch(each) for each in quoted) else message


def _wrong_enum_value(match: re.Match[str], schema: GraphQLSchema | None) -> str:
    return f"There is no such value in the '{match[1]}' enum.{_choices(match[1], schema)}"


def _no_enum_value(match: re.Match[str], schema: GraphQLSchema | None) -> str:
    return f"Enum '{match[1]}' cannot represent {match[2]}.{_choices(match[1], schema)}"


def _choices(name: str, schema: GraphQLSchema | None) -> str:
    type_ = schema.get_type(name) if schema is not None else None
    return f" It has {', '.join(type_.values)}." if is_enum_type(type_) else ""


def _suggestion(match: re.Match[str], _: GraphQLSchema | None) -> str:
    return f"{match[1]} {match[2]}"


Replace = Callable[[re.Match[str], GraphQLSchema | None], str]
_REPLACED: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (_ENUM, _wrong_enum_value),
    (_NOT_ENUM, _no_enum_value),
    (_SUGGESTION, _suggestion),
)
