"""A Discord bot that keeps one living message per midjourney-proxy task."""
