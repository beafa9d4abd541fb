"""`serve-app read`: files to a running service, and its answers to files."""
