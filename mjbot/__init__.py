"""A Discord bot that shows each midjourney-proxy task in one message and keeps the message up to date."""
