"""The authorization server over HTTP: its endpoints for machines, and its pages for people."""
