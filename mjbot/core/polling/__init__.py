"""Which tasks to poll next, and how often. Pure."""
