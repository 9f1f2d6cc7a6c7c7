"""Benchmarks: Customer360 against other GraphQL servers and against a hand-written endpoint.

Each module in this folder is a command (`python -m bench.memory`); the wings hold what they share.
"""
