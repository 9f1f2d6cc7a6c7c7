"""GraphQL over HTTP: how a request is read, bounded and answered."""
