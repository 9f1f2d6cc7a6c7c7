"""A queue of jobs in core's database: leases, attempts, backoff, schedules and dead letters."""
