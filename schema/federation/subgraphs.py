"""The subgraphs: one for each department, projected from the whole graph, which stays the only definition."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from graphql import parse

from resolvers.contract import Contract
from resolvers.planning.entities import ENTITIES, REPRESENTATIONS
from resolvers.prices import Price
from schema.build import build_schema, contract, print_sdl
from schema.federation.entities import subgraph_sdl
from schema.federation.parts import parts, shared_types
from schema.federation.projection import project


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One department's subgraph: as it is printed, and as it is planned."""

    sdl: str
    contract: Contract
    references: tuple[str, ...]


def build_subgraph(department: str) -> Subgraph:
    """Raises KeyError for what is no department."""
    whole = contract(build_schema())
    known = parts(whole.schema)
    part = known[department]
    sdl = subgraph_sdl(parse(print_sdl()), part, shared_types(known.values()))
    # Categories and uses are the whole's: a field means the same wherever it is served.
    entities = {f"Query.{ENTITIES}": Price(slicing=(REPRESENTATIONS,))}
    pricing = replace(whole.pricing, prices={**whole.pricing.prices, **entities})
    own = replace(whole, schema=project(whole.schema, part, sdl), pricing=pricing)
    return Subgraph(sdl, own, part.references)


def print_subgraphs(*, tells_access: bool = True) -> Mapping[str, str]:
    """The SDL of every subgraph, by its department."""
    document, known = parse(print_sdl()), parts(contract(build_schema()).schema)
    values = shared_types(known.values())
    return {name: subgraph_sdl(document, part, values, tells_access=tells_access) for name, part in known.items()}
