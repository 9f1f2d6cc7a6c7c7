"""Documents: parsed and validated once, bounded, and the operation that is to be run."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from datasources.plan import Variables
from resolvers.codes import Code
from resolvers.refusal import refuse_unwritable, refused, refused_by

MOST_TOKENS = 15_000
MOST_DOCUMENTS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document: its operations by name, and its fragments."""

    digest: bytes
    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The named operation, or the only one. Raises Refused otherwise."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name in self.operations and name is not None:
            return self.operations[name]
        message = "Name the operation to run in operationName." if name is None else "No operation has this name."
        raise refused(Code.OPERATION_RESOLUTION_FAILURE, message)


class Documents:
    """Valid documents by their text, the last used of them kept."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._document = lru_cache(maxsize=MOST_DOCUMENTS)(self._read)

    def document(self, text: str) -> Document:
        """Parse and validate. Raises Refused with every error found."""
        return self._document(text)

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            raise refused_by(Code.GRAPHQL_PARSE_FAILED, [error]) from None
        errors = validate(self._schema, node, hide_suggestions=True)
        if errors:
            raise refused_by(Code.GRAPHQL_VALIDATION_FAILED, errors)
        operations = {
            each.name.value if each.name else None: each
            for each in node.definitions
            if isinstance(each, OperationDefinitionNode)
        }
        fragments = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
        return Document(sha256(text.encode()).digest(), operations, fragments)

    def variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any] | None) -> Variables:
        """The variables coerced to their types, defaults applied. Raises Refused for what does not fit."""
        definitions = operation.variable_definitions or ()
        if not definitions:
            return {}
        values = get_variable_values(self._schema, definitions, dict(given or {}), hide_suggestions=True)
        if isinstance(values, VariableValues):
            refuse_unwritable(values.coerced)
            return values.coerced
        raise refused_by(Code.BAD_USER_INPUT, values)
