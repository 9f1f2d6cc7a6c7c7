"""Sales: what customers bought, own, consider and may want next."""
