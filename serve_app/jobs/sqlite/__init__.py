"""Jobs in one SQLite file: for one machine, with no server."""
