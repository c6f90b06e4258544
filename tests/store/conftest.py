"""The store tests run on every kind of database; what only one kind has is tested in its own module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mjbot.ports import Stores
from mjbot.store import open_stores

UPSTREAM = "https://upstream.example"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, one for each kind. To be opened with `open_stores`."""
    return {"sqlite": str(tmp_path / "mjbot.db")}[str(request.param)]


@pytest.fixture
async def stores(database: str) -> AsyncIterator[Stores]:
    async with open_stores(database, UPSTREAM) as stores:
        yield stores
