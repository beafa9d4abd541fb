"""The Model Context Protocol at `/mcp`: the reading tools for language models, by the protocol's own SDK."""
