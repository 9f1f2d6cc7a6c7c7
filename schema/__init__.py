"""The contract: GraphQL types, one file per department, their directives and the builder. No I/O and no SQL."""
