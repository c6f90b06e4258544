"""The Discord layer. It turns cards into messages, and interactions into calls to the services."""
