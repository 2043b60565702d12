"""The whole public tier, and a client of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.service import Service
from bot.settings import Settings
from tests.channels.bot_api import TOKEN, BotApi, bot_api
from tests.making import close, make_app, make_settings, service_of


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path, database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = make_app(settings)
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def service(app: Flask) -> Service:
    return service_of(app)


@dataclass
class TelegramBot:
    """The public tier with a bot's token, and the Bot API it calls."""

    client: FlaskClient
    api: BotApi

    @property
    def service(self) -> Service:
        return service_of(self.client.application)

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Return what each call of a method was given, once all that was begun is done."""
        self.client.application.extensions["botline"].close()
        return self.api.made(method)


@pytest.fixture
def telegram_bot(tmp_path: Path, database_url: str) -> Iterator[TelegramBot]:
    with bot_api() as (api, address):
        given = {"telegram_bot_token": TOKEN, "telegram_api_url": address}
        app = make_app(make_settings(tmp_path, database_url, **given))
        yield TelegramBot(app.test_client(), api)
        close(app)
