"""One department's subgraph: its parts of the schema, its entities and its logins."""
