"""GraphiQL: the page for trying operations, built here and served from our own origin."""
