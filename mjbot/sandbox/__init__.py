"""A simulated image service: a pure world on a given clock, served over HTTP. For the demo and the tests."""
