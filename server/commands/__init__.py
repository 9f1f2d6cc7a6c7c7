"""The command line: its entry point, and a file for each command, imported when it runs."""
