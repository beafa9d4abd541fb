"""How well charts are read: `python -m tests.bench.charts [--url URL] [--charts N] [--folder DIR]`."""
