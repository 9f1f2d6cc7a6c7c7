"""Where data lives, and the only SQL: tables, coordinates, the compiler, engines, imports and sample data."""
