"""Telemetry: health, metrics, gauges and traces."""
