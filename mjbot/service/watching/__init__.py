"""Watches. A watch is the record that a message follows a task and must be kept up to date."""
