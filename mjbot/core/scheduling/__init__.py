"""Pure priority queues and rate limiters."""
