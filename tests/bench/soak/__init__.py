"""The service under hours of mixed load: whether its processes stay as large as they were."""
