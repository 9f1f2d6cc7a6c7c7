"""The fan-out: from a GraphQL selection to a plan, its execution and the answer."""
