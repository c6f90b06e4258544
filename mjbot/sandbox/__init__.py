"""A simulated image service for the demo and the tests, served over HTTP.

The simulation itself reads no clock and does no I/O.
"""
