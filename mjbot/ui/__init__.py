"""The Discord side: cards become messages, interactions become calls to the services."""
