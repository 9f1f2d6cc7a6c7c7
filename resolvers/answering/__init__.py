"""Answering: from the departments' texts to the answer, its faults, record and points."""
