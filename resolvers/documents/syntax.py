"""Syntax: a document as it is parsed. It takes fifty times the document's space; only pricing and planning read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode

from resolvers.documents.extent import Fragments


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """Of a valid document: its operations by name, and its fragments, each after those that it uses."""

    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Fragments


def operations(node: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    found = (each for each in node.definitions if isinstance(each, OperationDefinitionNode))
    return {each.name.value if each.name else None: each for each in found}
