"""Pure rules for polling: the next tasks to read, and the intervals between reads."""
