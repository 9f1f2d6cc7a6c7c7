"""Tests of the fan-out: from an operation to its answer."""
