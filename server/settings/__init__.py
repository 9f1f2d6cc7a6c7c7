"""Settings: read from the environment once and checked before anything starts."""
