"""Throughput of the service beside the bare engine and its peers, on one machine and the same weights."""
