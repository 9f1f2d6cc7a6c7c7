"""Alembic's environment: runs one department's branch on the connection that upgrade.py hands it."""

from alembic import context

from migrations.upgrade import options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **options(context.config.attributes["department"]))
with context.begin_transaction():
    context.run_migrations()
