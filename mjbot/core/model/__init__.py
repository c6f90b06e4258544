"""Tasks, snapshots, watches and custom_ids: the data that everything else is about. Pure."""
