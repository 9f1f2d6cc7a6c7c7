"""Benchmarks: the graph against what a user would pick instead, and against what could be written by hand."""
