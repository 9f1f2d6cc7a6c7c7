"""The process: ASGI application, settings, command line, telemetry and health."""
