"""What the planner knows of the schema: types, categories, and what a use of each input is a use of."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema

from auth.policy.categories import Category
from resolvers.prices import Pricing


@dataclass(frozen=True, slots=True)
class GovernedInput:
    """An input that narrows: the coordinate whose value it tells of, and how they are compared."""

    coordinate: str
    operator: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The schema with its classification.

    `categories` and `owners`, which are departments, are keyed by coordinate (`Invoice.total`), `inputs` by the
    coordinate of an input field or argument (`CustomerFilter.kind`, `Finance.invoices(states:)`). `nodes` are the
    types that `node(id:)` can answer, `pricing` says what fields cost.
    """

    schema: GraphQLSchema
    categories: Mapping[str, Category]
    inputs: Mapping[str, GovernedInput]
    nodes: frozenset[str]
    pricing: Pricing
    owners: Mapping[str, str]
