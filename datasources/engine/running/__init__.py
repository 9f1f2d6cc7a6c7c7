"""Execution of statements and readings: deadlines, retries and shared runs."""
