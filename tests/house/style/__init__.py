"""Tests of how the code is written: folders, names, prose, imports."""
