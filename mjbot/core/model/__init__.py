"""Tasks, snapshots, presses, watches and custom_ids: the data that all other packages use. Pure."""
