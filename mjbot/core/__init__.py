"""Pure rules: functions of their arguments and ``now``.

They read no clock, do no I/O, and import only this package.
"""
