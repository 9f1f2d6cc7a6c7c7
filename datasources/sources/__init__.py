"""Sources: departments whose data is not in SQL."""
