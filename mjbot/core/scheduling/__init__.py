"""Priority queues and rate limiters. Pure."""
