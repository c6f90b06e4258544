"""Making pictures: the prompt and its check, series, reference pictures, marks, and who may make."""
