"""A simulated image service, for the demo and the tests: a world without clock or I/O, served over HTTP."""
