"""A simulated image service, for the demo and the tests: a pure world driven by ``now``, served over HTTP."""
