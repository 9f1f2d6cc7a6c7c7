"""Clients: their registration, authentication and limits."""
