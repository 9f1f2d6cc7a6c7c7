"""From plan to functions over the plain rows that a source returns."""
