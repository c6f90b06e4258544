"""The stores on SQLite; all SQL is here."""
