"""Whole documents: their pages, text, figures, tables and reading order."""
