"""Whose tokens are trusted, and what the server says of itself as their resource."""
