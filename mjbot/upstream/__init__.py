"""The image service's HTTP API: lenient parsing, a protocol layer without I/O, and an aiohttp client."""
