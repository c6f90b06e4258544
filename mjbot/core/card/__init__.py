"""Pure rules for cards, which show a task in a message: text, picture, buttons, menus and modals."""
