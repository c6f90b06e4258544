"""Pure rules for polling the image service: the next tasks, how often, and when to look for lost submits."""
