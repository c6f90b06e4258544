"""Pure rules for the order, routes and outcomes of message edits."""
