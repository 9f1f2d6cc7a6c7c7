"""From plan to SQL: a root field of an operation becomes one statement for each database it touches."""
