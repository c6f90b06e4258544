"""Pure rules for requests to make pictures: prompts and their check, series, reference pictures, permission."""
