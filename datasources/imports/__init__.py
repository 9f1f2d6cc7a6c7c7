"""Import CSV files into any department's tables, by a declared mapping."""
