"""The run time of compiled plans: connections, and the execution of statements over them."""
