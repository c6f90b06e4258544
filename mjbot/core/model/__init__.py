"""The pure data that all other packages use: tasks, snapshots, presses, watches and addresses."""
