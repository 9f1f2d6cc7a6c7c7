"""Tests of the project itself: layers, locks, names, papers and style."""
