"""Who may press a button, and how often the bot may be used. Pure."""
