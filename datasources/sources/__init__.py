"""Departments whose data is not in SQL: a source fetches plain rows, and all the rest is done here, alike for each."""
