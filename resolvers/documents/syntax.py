"""Syntax: a parsed document. It takes fifty times the document's space, so only few are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode, OperationDefinitionNode

from resolvers.documents.extent import Fragments


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """A valid document's operations by name, and its fragments, each after those that it uses."""

    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Fragments


def operations_by_name(node: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    operations = (each for each in node.definitions if isinstance(each, OperationDefinitionNode))
    return {each.name.value if each.name else None: each for each in operations}
