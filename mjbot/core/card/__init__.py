"""What a message shows of a task: text, picture, buttons, menus and modals. Pure."""
