"""From plan to SQL: one statement for each database of a root."""
