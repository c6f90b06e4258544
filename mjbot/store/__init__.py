"""The SQLite database: all SQL of mjbot is here."""
