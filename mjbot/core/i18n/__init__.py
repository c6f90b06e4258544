"""Messages in every language, and text made safe for Discord. Pure."""
