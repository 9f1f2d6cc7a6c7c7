"""GraphQL over HTTP: reads, bounds and answers requests."""
