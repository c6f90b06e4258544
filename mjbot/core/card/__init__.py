"""What a message shows: text, image, buttons and menus. Pure."""
