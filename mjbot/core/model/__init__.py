"""Data types used by all other packages: tasks, snapshots, presses, watches and URLs."""
