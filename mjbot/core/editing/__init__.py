"""Pure rules for message edits: the order, the API route, and the handling of each outcome."""
