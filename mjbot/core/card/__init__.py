"""Cards, which show a task in a message: text, picture, buttons, menus and modals. Pure."""
