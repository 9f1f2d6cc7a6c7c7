"""The printed subgraphs under two composers, and Apollo's compatibility tests."""
