"""Tasks, snapshots, presses, watches and addresses: the data that all other packages use. Pure."""
