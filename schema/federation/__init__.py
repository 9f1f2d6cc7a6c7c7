"""Federation: the subgraph of each department, projected from the whole graph."""
