"""A service with keys of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service import Service
from bot.settings import Settings
from tests.making import make_service, make_settings


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path, database_url)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    made = make_service(settings)
    yield made
    made.database.close()
