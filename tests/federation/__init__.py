"""Subgraphs, their composition, and gateways over them."""
