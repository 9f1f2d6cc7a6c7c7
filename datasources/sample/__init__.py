"""Sample data: believable people and firms, the same ones for the same seed."""
