"""Making pictures: the prompt and its check, series, reference pictures, and who may make."""
