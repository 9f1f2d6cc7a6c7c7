"""A sixth department, its fields and its filter, made from docs/adding.md alone."""
