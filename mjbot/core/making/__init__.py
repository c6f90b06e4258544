"""Pure rules for requests to make pictures: the prompt and its check, series, and reference pictures."""
