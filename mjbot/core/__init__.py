"""Pure rules: functions of data and ``now``, without a clock, I/O or imports from outside this package."""
