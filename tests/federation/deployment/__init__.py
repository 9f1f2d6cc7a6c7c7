"""The recipes in deploy/: processes and containers."""
