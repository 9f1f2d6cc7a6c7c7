"""What becomes of events: a leader takes them from the departments' queues, and core keeps read models from them."""
