"""The root types of the schema, one for each kind of operation, and the field by which a customer exists."""

from collections.abc import Mapping

from graphql import OperationType

QUERY = "Query"
ROOT_TYPES: Mapping[OperationType, str] = {
    OperationType.QUERY: QUERY,
    OperationType.MUTATION: "Mutation",
    OperationType.SUBSCRIPTION: "Subscription",
}
ROOT_TYPE_NAMES = frozenset(ROOT_TYPES.values())

# Its effect decides whether a customer exists for the viewer, however an operation reaches them.
CUSTOMER_EXISTS = f"{QUERY}.customer"
