"""Bounds of a request: size and time of its body, concurrent operations, clients that leave."""
