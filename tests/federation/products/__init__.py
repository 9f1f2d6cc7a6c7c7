"""A subgraph of products, as Apollo's compatibility tests want it, made with what makes our own."""
