"""Discord, as seen by the rest of mjbot: cards become messages, presses become calls."""
