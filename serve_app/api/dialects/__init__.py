"""Contracts of other services over the same documents and jobs, each proved by its own clients."""
