"""The servers that are measured: how each is started, and the code of those written for comparison."""
