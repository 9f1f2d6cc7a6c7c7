"""Tests about the house itself: its layers, locks, names and papers."""
