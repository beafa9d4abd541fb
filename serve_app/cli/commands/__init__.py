"""The commands, a file for each group. What a command needs of Ray, httpx or a model is imported when it runs."""
