"""What the planner knows of the schema: types, categories, governed inputs and prices."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema

from auth.policy.categories import Category
from resolvers.prices import Pricing


@dataclass(frozen=True, slots=True)
class GovernedInput:
    """An input that looks up or filters: the coordinate that it compares with, and the operator."""

    coordinate: str
    operator: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The schema with its classification.

    `categories` and `owners` (departments) are keyed by coordinate (`Invoice.total`), `inputs` by the coordinate of an
    input field or argument (`CustomerFilter.kind`, `Finance.invoices(states:)`). `nodes` are the types that
    `node(id:)` can answer.
    """

    schema: GraphQLSchema
    categories: Mapping[str, Category]
    inputs: Mapping[str, GovernedInput]
    nodes: frozenset[str]
    pricing: Pricing
    owners: Mapping[str, str]
