"""A GPU's memory: shares, use and what does not fit."""
