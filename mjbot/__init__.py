"""A Discord bot that keeps one live message per midjourney-proxy task."""
