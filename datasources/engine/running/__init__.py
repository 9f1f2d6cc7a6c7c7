"""From statements and readings to texts: deadlines, retries and shared runs."""
