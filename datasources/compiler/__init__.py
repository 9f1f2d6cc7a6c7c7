"""One plan, two back ends side by side: for SQL and for plain rows."""
