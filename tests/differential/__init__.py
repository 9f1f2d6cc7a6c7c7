"""Random operations: the server, fused and apart, against the oracle."""
