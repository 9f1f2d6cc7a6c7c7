"""What runs the compiled plans: connections, and what is asked over them."""
