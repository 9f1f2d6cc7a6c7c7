"""The products' schema: the types that the kit brings, with head, keys and sharing as our builder prints them."""

from dataclasses import dataclass, replace
from pathlib import Path

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaExtensionNode,
    parse,
    print_ast,
)

from resolvers.root_types import QUERY
from schema.federation.entities import subgraph_sdl
from schema.federation.parts import Part

# Our builder's entities have one key, `id`. What has others keeps them as the kit writes them.
KEYED_BY_ID = ("Product", "Inventory")
ENTITIES = (*KEYED_BY_ID, "DeprecatedProduct", "ProductResearch", "User")
SHARED = ("ProductDimension",)


@dataclass(frozen=True, slots=True)
class Products:
    """The subgraph's SDL, and the part that runs of the plain types."""

    sdl: str
    plain: DocumentNode
    part: Part


def products(reference: Path) -> Products:
    """From the schema that the kit compares with."""
    document = parse(reference.read_text())
    plain = DocumentNode(definitions=tuple(_plain(each) for each in document.definitions if _is_type(each)))
    part = _part(plain)
    printed = parse(subgraph_sdl(plain, replace(part, entities=KEYED_BY_ID), SHARED, tells_access=False))
    ours = [each for each in printed.definitions if not isinstance(each, SchemaExtensionNode)]
    # The kit knows no Federation after 2.3, and composes a directive of its own.
    head = [each for each in document.definitions if not _is_type(each)]
    return Products(print_ast(DocumentNode(definitions=(*head, *ours))), plain, part)


def _is_type(node: DefinitionNode) -> bool:
    return not isinstance(node, SchemaExtensionNode | DirectiveDefinitionNode)


def _plain(node: DefinitionNode) -> ObjectTypeDefinitionNode:
    """The type without what our builder is to add."""
    assert isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    directives = tuple(each for each in node.directives or () if not _is_ours(each, node.name.value))
    if isinstance(node, ObjectTypeExtensionNode) and node.name.value != QUERY:
        # Our builder knows no extensions; the directive says the same.
        directives = (ConstDirectiveNode(name=NameNode(value="extends"), arguments=()), *directives)
    return ObjectTypeDefinitionNode(name=node.name, directives=directives, fields=node.fields, interfaces=())


def _is_ours(directive: DirectiveNode, type_: str) -> bool:
    by_id = type_ in KEYED_BY_ID and print_ast(directive) == '@key(fields: "id")'
    return by_id or directive.name.value == "shareable"


def _part(plain: DocumentNode) -> Part:
    types = [each for each in plain.definitions if isinstance(each, ObjectTypeDefinitionNode)]
    fields = {each.name.value: tuple(field.name.value for field in each.fields or ()) for each in types}
    return Part("products", frozenset(fields), fields, ENTITIES, ())
