"""How a department records what happens to customers: the kinds of event of its tables, the queue, the triggers."""
