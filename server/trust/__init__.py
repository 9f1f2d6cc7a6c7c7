"""The trusted issuers, and the server's metadata as a resource."""
