"""The image service over HTTP: tolerant reading, sans-IO protocol, one aiohttp client."""
