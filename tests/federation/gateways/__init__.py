"""Five subgraphs behind a gateway: answers, outages, revocation and traces."""
