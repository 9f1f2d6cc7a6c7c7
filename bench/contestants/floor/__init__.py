"""The floor: the same operations served by Strawberry as its documentation shows."""
