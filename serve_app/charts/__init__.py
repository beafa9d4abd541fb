"""The chart engines."""
