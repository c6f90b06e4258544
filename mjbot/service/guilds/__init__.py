"""The services of `/settings` and `/help`."""
