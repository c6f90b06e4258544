"""The HTTP API of the image service: lenient parsing, a sans-I/O protocol layer, and an aiohttp client."""
