"""A valid document and its operations, without their syntax."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import OperationType, VariableDefinitionNode

from resolvers.codes import Code
from resolvers.documents.variables import PlainVariables
from resolvers.refusal import refusal


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation of a valid document. `key` is the document's digest and the operation's name; `plain` coerces the
    variables if all of them are plain.
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
    """A valid document's operations by name."""

    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The named operation, or the only one. Raises OperationRefused if there is none."""
        if name is None and len(self.operations) == 1:
            (only,) = self.operations.values()
            return only
        if name in self.operations and name is not None:
            return self.operations[name]
        message = "Name the operation to run in operationName." if name is None else "No operation has this name."
        raise refusal(Code.OPERATION_RESOLUTION_FAILURE, message)
