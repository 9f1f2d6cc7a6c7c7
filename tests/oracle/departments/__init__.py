"""The meaning of each department's fields over plain rows."""
