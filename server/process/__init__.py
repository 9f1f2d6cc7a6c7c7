"""The process: serving, workers, their heartbeat and draining."""
