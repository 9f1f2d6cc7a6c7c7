"""Timers of the event loop."""

# The loop rounds its time to milliseconds, and its timers may go off that many seconds early.
EARLY = 0.002
