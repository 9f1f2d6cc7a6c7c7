"""GraphiQL: the page for trying operations, built from source here and served from our own origin."""
