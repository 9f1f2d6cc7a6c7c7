"""What departments bring whose data is not in SQL."""
