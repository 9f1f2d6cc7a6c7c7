"""Connections to PostgreSQL: the embedded server, pools, sessions and codecs."""
