"""Load: request generators, rounds, and the processes under test."""
