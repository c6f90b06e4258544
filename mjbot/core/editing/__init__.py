"""Pure rules for the order, the routes and the outcomes of edits."""
