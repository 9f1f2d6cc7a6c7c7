"""The floor: the same questions answered by Strawberry as its documentation shows it."""
