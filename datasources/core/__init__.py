"""Core: who customers are, how to reach them, what they allow, who saw their data."""
