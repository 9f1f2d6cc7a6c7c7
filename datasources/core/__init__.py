"""Core: who the customers are, how to reach them, and what they allow."""
