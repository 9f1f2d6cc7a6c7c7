"""Trusted documents: the lists that an operator keeps, and how they are asked for."""
