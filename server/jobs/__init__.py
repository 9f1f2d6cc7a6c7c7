"""The process beside the workers: runs jobs, and what has to run once and not in every worker."""
