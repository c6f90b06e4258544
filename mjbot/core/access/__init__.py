"""Pure rules for access: who may see a task, press its buttons, and how often, and in which channels."""
