"""Jobs in Redis 7: for many machines."""
