"""Sample data: believable people and firms, the same for the same seed."""
