"""Pure rules for access: places, channels, the press policy, and rate limits."""
