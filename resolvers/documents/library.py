"""Documents: bounded, parsed and validated once, and the operation that is to be run."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from datasources.plan import Variables
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.costs import Cost, cost
from resolvers.documents.extent import extent, ordered
from resolvers.documents.limits import MAX_DOCUMENT_CHARACTERS, MAX_FRAGMENTS, MAX_OPERATIONS, Limits, check, exceeded
from resolvers.documents.selection import Selector
from resolvers.documents.skeleton import skeleton
from resolvers.documents.syntax import Syntax, operations
from resolvers.documents.variables import PlainVariables, plain
from resolvers.refusal import OperationRefused, refusal, refusal_from, refuse_unwritable

# Characters of documents that are kept.
MAX_CHARACTERS_KEPT = 1_000_000
# Documents whose syntax is kept beside them. One that is planned for another grant is parsed again.
MAX_DOCUMENTS_PARSED = 32
MAX_COSTS_KEPT = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """All that has to be known of an operation each time it is run; of its variables, where all are plain, also how
    they are read. Its key is the same whenever its document is.
    """

    key: tuple[bytes, str | None]
    text: str
    kind: OperationType
    variables: tuple[VariableDefinitionNode, ...]
    plain: PlainVariables | None

    @property
    def name(self) -> str | None:
        return self.key[1]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document: its operations by name."""

    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The named operation, or the only one. Raises OperationRefused otherwise."""
        if name is None and len(self.operations) == 1:
            (only,) = self.operations.values()
            return only
        if name in self.operations and name is not None:
            return self.operations[name]
        message = "Name the operation to run in operationName." if name is None else "No operation has this name."
        raise refusal(Code.OPERATION_RESOLUTION_FAILURE, message)


class Documents:
    """Valid documents by their text: the last used of them are kept, and those that are trusted always."""

    def __init__(self, contract: Contract, limits: Limits) -> None:
        self._schema = contract.schema
        self._nodes = contract.nodes
        self._pricing = contract.pricing
        self._limits = limits
        self._trusted: Mapping[str, Document] = {}
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._kept = 0
        self._costs: OrderedDict[Hashable, Cost] = OrderedDict()
        self._parsed = lru_cache(MAX_DOCUMENTS_PARSED)(self._parse)

    def trust(self, texts: Mapping[str, str]) -> None:
        """Keep these documents, by id, for as long as the process runs. Raises OperationRefused, naming the document,
        for one that cannot be run; then nothing changes.
        """
        self._trusted = {text: self._named(name, text) for name, text in texts.items()}

    def known(self, text: str) -> Document | None:
        """The document of this text, if it was read not long ago, or is trusted."""
        found = self._trusted.get(text)
        if found is None and (found := self._known.get(text)) is not None:
            self._known.move_to_end(text)
        return found

    def read(self, text: str) -> Document:
        """Parse, validate and keep a document. Raises OperationRefused with all of its errors."""
        read = self._known[text] = self._read(text)
        self._kept += len(text)
        while self._kept > MAX_CHARACTERS_KEPT:
            forgotten, _ = self._known.popitem(last=False)
            self._kept -= len(forgotten)
        return read

    def trusts(self, operation: Operation) -> bool:
        return operation.text in self._trusted

    def syntax(self, operation: Operation) -> Syntax:
        node = self._parsed(operation.text)
        return Syntax(operations(node), ordered(node))

    def skeleton(self, operation: Operation, variables: Variables) -> Hashable:
        """All of the variables that may shape a plan."""
        if not variables:
            return None
        if operation.plain is None:
            return skeleton(variables, self._nodes)
        return operation.plain.skeleton(variables, self._nodes)

    def cost(self, operation: Operation, variables: Variables) -> Cost:
        """What the operation may cost with lists of these sizes. Raises OperationRefused where that is too much."""
        its = operation.plain
        sizes = () if its is not None and its.usual is not None else tuple(_sizes(variables))
        key = operation.key, sizes
        found = self._costs.get(key)
        if found is None:
            syntax = self.syntax(operation)
            selector = Selector(self._schema, syntax.fragments, variables)
            found = self._costs[key] = cost(self._pricing, selector, syntax.operations[operation.name])
            if len(self._costs) > MAX_COSTS_KEPT:
                self._costs.popitem(last=False)
        self._limits.check_cost(found.points)
        return found

    def _named(self, name: str, text: str) -> Document:
        try:
            return self._read(text)
        except OperationRefused as error:
            first, *_ = error.errors
            raise OperationRefused([{**first, "message": f"{name}: {first['message']}"}]) from None

    def _read(self, text: str) -> Document:
        node = self._parsed(text)
        fragments = ordered(node)
        check("fragments", len(fragments), MAX_FRAGMENTS)
        check("operations", len(node.definitions) - len(fragments), MAX_OPERATIONS)
        self._limits.check_extent(extent(node, fragments))
        errors = validate(self._schema, node, hide_suggestions=True)
        if errors:
            raise refusal_from(Code.GRAPHQL_VALIDATION_FAILED, errors)
        digest = sha256(text.encode()).digest()
        # Without the places in it, which would keep all of its tokens.
        found = operations(parse(text, no_location=True))
        return Document({name: self._operation(text, digest, name, each) for name, each in found.items()})

    def _operation(self, text: str, digest: bytes, name: str | None, node: OperationDefinitionNode) -> Operation:
        variables = tuple(node.variable_definitions or ())
        return Operation((digest, name), text, node.operation, variables, plain(self._schema, variables))

    def _parse(self, text: str) -> DocumentNode:
        check("characters", len(text), MAX_DOCUMENT_CHARACTERS)
        try:
            return parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.tokens)
        except GraphQLError as error:
            for what in ("tokens", "comments"):
                if error.message.endswith(f"more than {self._limits.tokens} {what}. Parsing aborted."):
                    raise exceeded(what, self._limits.tokens) from None
            raise refusal_from(Code.GRAPHQL_PARSE_FAILED, [error]) from None

    def variables(self, operation: Operation, given: Mapping[str, Any] | None) -> Variables:
        """The variables coerced to their types, defaults applied. Raises OperationRefused for what does not fit."""
        if not operation.variables:
            return {}
        if operation.plain is not None and (coerced := operation.plain.coerced(given)) is not None:
            refuse_unwritable(coerced)
            return coerced
        values = get_variable_values(self._schema, operation.variables, dict(given or {}), hide_suggestions=True)
        if isinstance(values, VariableValues):
            refuse_unwritable(values.coerced)
            return values.coerced
        # Once more, for the places in the document.
        placed = self.syntax(operation).operations[operation.name].variable_definitions or ()
        errors = get_variable_values(self._schema, placed, dict(given or {}), hide_suggestions=True)
        assert not isinstance(errors, VariableValues)
        raise refusal_from(Code.BAD_USER_INPUT, errors)


def _sizes(variables: Variables) -> Iterator[tuple[str, int]]:
    """All of the variables that a cost may rest on: numbers, decisions, and how many there are in a list."""
    for name, value in variables.items():
        if isinstance(value, int):
            yield name, value
        elif isinstance(value, list):
            yield name, len(value)
