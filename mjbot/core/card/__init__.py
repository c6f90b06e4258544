"""Pure rules for cards: messages that show a task, with text, a picture, buttons, menus and modals."""
