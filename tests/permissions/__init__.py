"""Attacks on the permissions: what is withheld comes out by no way of asking."""
