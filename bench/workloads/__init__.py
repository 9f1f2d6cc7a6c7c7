"""The data set, the timed operations, and the abusive requests."""
