"""A second, slow and plain reading of the graph: field by field over rows in memory, apart from the planner."""
