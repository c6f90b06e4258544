"""Watches: messages that follow a task and are kept up to date."""
