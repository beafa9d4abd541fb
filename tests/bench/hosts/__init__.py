"""The application on hosts with networks of their own, and what it does when these fail."""
