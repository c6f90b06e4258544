"""Pure rules for requests to make pictures: prompts and their check, reference pictures, and permission."""
