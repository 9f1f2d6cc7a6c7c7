"""Documents, parsed and validated once and kept by their text, and the operations in them."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from datasources.plan import Variables
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.costs import Cost, cost
from resolvers.documents.document import Document, Operation
from resolvers.documents.extent import extent, fragments_in_order
from resolvers.documents.limits import (
    MAX_DOCUMENT_CHARACTERS,
    MAX_FRAGMENTS,
    MAX_OPERATIONS,
    Limits,
    check_limit,
    limit_exceeded,
)
from resolvers.documents.rules import RULES
from resolvers.documents.selection import Selector
from resolvers.documents.skeleton import skeleton
from resolvers.documents.syntax import Syntax, operations_by_name
from resolvers.documents.variables import plain_variables
from resolvers.refusal import OperationRefused, refusal, refusal_from, refuse_unwritable

# Characters of all documents that are kept.
MAX_CHARACTERS_KEPT = 1_000_000
# Documents whose syntax is kept. Planning any other for one more grant parses it again.
MAX_DOCUMENTS_PARSED = 32
MAX_COSTS_KEPT = 4_000


class Documents:
    """A cache of valid documents by their text: trusted ones for good, others least recently used."""

    def __init__(self, contract: Contract, limits: Limits) -> None:
        self._schema = contract.schema
        self._nodes = contract.nodes
        self._pricing = contract.pricing
        self._limits = limits
        self._trusted: Mapping[str, Document] = {}
        self._recent: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0
        self._costs: OrderedDict[Hashable, Cost] = OrderedDict()
        self._parsed = lru_cache(MAX_DOCUMENTS_PARSED)(self._parse)

    def trust(self, texts: Mapping[str, str]) -> None:
        """Keep these documents, by id, for as long as the process runs. Raises OperationRefused, naming the document,
        for one that cannot be run; then nothing changes.
        """
        self._trusted = {text: self._read_trusted(name, text) for name, text in texts.items()}

    def find(self, text: str) -> Document | None:
        """The document, if it is trusted or was read not long ago."""
        document = self._trusted.get(text)
        if document is None and (document := self._recent.get(text)) is not None:
            self._recent.move_to_end(text)
        return document

    def read(self, text: str) -> Document:
        """Parse, validate and keep a document. Raises OperationRefused with all of its errors."""
        document = self._recent[text] = self._read(text)
        self._characters += len(text)
        while self._characters > MAX_CHARACTERS_KEPT:
            evicted, _ = self._recent.popitem(last=False)
            self._characters -= len(evicted)
        return document

    def check_reads_only(self, text: str, name: str | None) -> None:
        """Refuse a mutation or subscription with METHOD_NOT_ALLOWED, whether or not it is valid."""
        operations = operations_by_name(self._parsed(text))
        node = next(iter(operations.values())) if name is None and len(operations) == 1 else operations.get(name)
        if node is not None and node.operation is not OperationType.QUERY:
            raise refusal(Code.METHOD_NOT_ALLOWED, f"A {node.operation.value} cannot be sent by GET. Use POST.")

    def trusts(self, operation: Operation) -> bool:
        return operation.text in self._trusted

    def syntax(self, operation: Operation) -> Syntax:
        node = self._parsed(operation.text)
        return Syntax(operations_by_name(node), fragments_in_order(node))

    def skeleton(self, operation: Operation, variables: Variables) -> Hashable:
        """The structure of the variables that may shape a plan."""
        if not variables:
            return None
        if operation.plain is None:
            return skeleton(variables, self._nodes)
        return operation.plain.skeleton(variables, self._nodes)

    def cost(self, operation: Operation, variables: Variables) -> Cost:
        """The cost with these variables. Raises OperationRefused if it exceeds the limit."""
        plain = operation.plain
        sizes = () if plain is not None and plain.usual is not None else tuple(_sizes(variables))
        key = operation.key, sizes
        estimate = self._costs.get(key)
        if estimate is None:
            syntax = self.syntax(operation)
            selector = Selector(self._schema, syntax.fragments, variables)
            estimate = self._costs[key] = cost(self._pricing, selector, syntax.operations[operation.name])
            if len(self._costs) > MAX_COSTS_KEPT:
                self._costs.popitem(last=False)
        self._limits.check_cost(estimate.points)
        return estimate

    def _read_trusted(self, name: str, text: str) -> Document:
        try:
            return self._read(text)
        except OperationRefused as error:
            first, *_ = error.errors
            raise OperationRefused([{**first, "message": f"{name}: {first['message']}"}]) from None

    def _read(self, text: str) -> Document:
        node = self._parsed(text)
        fragments = fragments_in_order(node)
        check_limit("fragments", len(fragments), MAX_FRAGMENTS)
        check_limit("operations", len(node.definitions) - len(fragments), MAX_OPERATIONS)
        self._limits.check_extent(extent(node, fragments))
        errors = validate(self._schema, node, RULES)
        if errors:
            raise refusal_from(Code.GRAPHQL_VALIDATION_FAILED, errors, self._schema)
        digest = sha256(text.encode()).digest()
        # Nodes with locations would keep all tokens of the document.
        operations = operations_by_name(parse(text, no_location=True))
        return Document({name: self._operation(text, digest, name, each) for name, each in operations.items()})

    def _operation(self, text: str, digest: bytes, name: str | None, node: OperationDefinitionNode) -> Operation:
        variables = tuple(node.variable_definitions or ())
        return Operation((digest, name), text, node.operation, variables, plain_variables(self._schema, variables))

    def _parse(self, text: str) -> DocumentNode:
        check_limit("characters", len(text), MAX_DOCUMENT_CHARACTERS)
        try:
            return parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.tokens)
        except GraphQLError as error:
            for what in ("tokens", "comments"):
                if error.message.endswith(f"more than {self._limits.tokens} {what}. Parsing aborted."):
                    raise limit_exceeded(what, self._limits.tokens) from None
            raise refusal_from(Code.GRAPHQL_PARSE_FAILED, [error]) from None

    def variables(self, operation: Operation, given: Mapping[str, Any] | None) -> Variables:
        """The variables coerced to their types, with defaults. Raises OperationRefused for an unfit value."""
        if not operation.variables:
            return {}
        if operation.plain is not None and (coerced := operation.plain.coerce(given)) is not None:
            refuse_unwritable(coerced)
            return coerced
        values = get_variable_values(self._schema, operation.variables, dict(given or {}))
        if isinstance(values, VariableValues):
            refuse_unwritable(values.coerced)
            return values.coerced
        # Once more, for the places in the document.
        placed = self.syntax(operation).operations[operation.name].variable_definitions or ()
        errors = get_variable_values(self._schema, placed, dict(given or {}))
        assert not isinstance(errors, VariableValues)
        raise refusal_from(Code.BAD_USER_INPUT, errors, self._schema)


def _sizes(variables: Variables) -> Iterator[tuple[str, int]]:
    """What a cost may depend on: numbers, booleans, and the lengths of lists."""
    for name, value in variables.items():
        if isinstance(value, int):
            yield name, value
        elif isinstance(value, list):
            yield name, len(value)
