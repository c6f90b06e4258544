"""Pure rules: data and ``now`` in, data out. No clock, no I/O, nothing of ours from outside."""
