"""The limit: an endpoint written by hand for the six operations of the benchmark."""
