"""Messages that follow a task, and keeping them up to date."""
