"""Trusted documents: reads the operator's list and resolves ids."""
