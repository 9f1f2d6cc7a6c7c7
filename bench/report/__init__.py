"""The report of a benchmark: tables and the machine they were measured on."""
