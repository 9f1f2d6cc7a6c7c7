"""Timers of the event loop."""

# How many seconds early a timer may fire, because the loop rounds its time to milliseconds.
EARLY = 0.002
