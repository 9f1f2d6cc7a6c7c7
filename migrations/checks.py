"""Add a CHECK constraint that old rows may break: new rows obey it at once."""

from alembic import op

# Rows that break the rule stay as they are, and PostgreSQL marks the constraint NOT VALID.
_ADD = """
ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID;
DO $$
BEGIN
    ALTER TABLE {table} VALIDATE CONSTRAINT {name};
EXCEPTION WHEN check_violation THEN
    RAISE WARNING 'rows of {table} break {name}: correct them, then ALTER TABLE {table} VALIDATE CONSTRAINT {name}';
END
$$
"""

# Decimals of a row's currency by ISO 4217, as of December 2026.
_DECIMALS = (
    "CASE WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', "
    "'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0 WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') "
    "THEN 3 WHEN currency IN ('CLF', 'UYW') THEN 4 ELSE 2 END"
)


def in_minor_units(column: str, extra_decimals: int = 0) -> str:
    """Return SQL that is true if the column has no more decimals than the row's currency, and `extra_decimals`."""
    return f"{column} = round({column}, {_DECIMALS} + {extra_decimals})"


def add_check(table: str, name: str, condition: str) -> None:
    """Add the constraint `ck_<table>_<name>` and validate it if all rows obey it. `table` is `schema.table`."""
    full_name = op.f(f"ck_{table.partition('.')[2]}_{name}")
    for statement in _ADD.format(table=table, name=full_name, condition=condition).split(";\n", 1):
        op.execute(statement)


def drop_check(table: str, name: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table.partition('.')[2]}_{name}")
