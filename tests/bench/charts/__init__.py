"""How well charts are read: `python -m tests.bench.charts [--ocr] [--charts N]`."""
