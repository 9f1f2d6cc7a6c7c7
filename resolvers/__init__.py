"""From a GraphQL operation to a plan, its execution and the answer."""
