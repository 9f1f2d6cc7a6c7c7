"""Permissions through a federation gateway, and over a source behind HTTP."""
