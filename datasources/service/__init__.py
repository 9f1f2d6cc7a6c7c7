"""Service: what customers asked, reported and complained about, on every channel."""
