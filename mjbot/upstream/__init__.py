"""The image service's API over HTTP: lenient parsing, a sans-I/O protocol layer, and one aiohttp client."""
