"""A subgraph of products for Apollo's compatibility tests, printed by the same builder as ours."""
