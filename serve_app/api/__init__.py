"""The wire: routes, schemas, limits and dialects. Imports no model and no Ray."""
