"""Clients: what one may do, how it registers, and how it authenticates."""
