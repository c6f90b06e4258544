"""The Discord side: cards become messages, and interactions become calls to the services."""
