"""Pure rules for polling: the next tasks to read, how often, and when to look for lost submits."""
