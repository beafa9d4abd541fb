"""What fits on a GPU: a config for a card, and whether a config fits its cards. Pure arithmetic."""
