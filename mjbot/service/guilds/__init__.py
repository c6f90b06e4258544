"""What a guild may set, and what it is told."""
