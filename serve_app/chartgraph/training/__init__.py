"""Draws charts and trains the bundled model on them. Not part of the wheel."""
