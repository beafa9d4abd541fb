"""How a process holds a model: the protocols, one thread, one queue."""
