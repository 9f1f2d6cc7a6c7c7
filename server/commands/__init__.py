"""The commands of the command line, a file for each. What is heavy is imported where it is used."""
