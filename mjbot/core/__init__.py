"""Pure rules: data and ``now`` in, data out. No clock, no I/O, no imports from outside this package."""
