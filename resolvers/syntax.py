"""Syntax: a document as it is parsed. It takes fifty times the document's space; only pricing and planning read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode, OperationType, VariableDefinitionNode, parse

from resolvers.extent import Fragments


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """Of a valid document: its operations by name, and its fragments, each after those that it uses."""

    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Fragments


@dataclass(frozen=True, slots=True)
class Signature:
    """What has to be known of an operation each time it is run: its kind, and the variables that it takes."""

    name: str | None
    kind: OperationType
    variables: tuple[VariableDefinitionNode, ...]


def operations(node: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    found = (each for each in node.definitions if isinstance(each, OperationDefinitionNode))
    return {each.name.value if each.name else None: each for each in found}


def signatures(text: str) -> dict[str | None, Signature]:
    """The signatures of a valid document, without the places in it, which would keep all of its tokens."""
    found = operations(parse(text, no_location=True))
    return {
        name: Signature(name, each.operation, tuple(each.variable_definitions or ())) for name, each in found.items()
    }
