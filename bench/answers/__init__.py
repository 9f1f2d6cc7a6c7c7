"""Comparison of the servers' answers, before anything is timed."""
