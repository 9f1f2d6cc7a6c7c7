"""The history of the databases, a branch for each department and one for core."""
