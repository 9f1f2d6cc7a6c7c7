"""How a client gets tokens: a file for each grant type."""
