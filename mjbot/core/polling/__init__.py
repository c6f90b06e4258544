"""Pure rules for polling the image service: which tasks to read next, and how often."""
