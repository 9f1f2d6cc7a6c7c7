"""The server with one protection taken out, and the suite that notices it."""
