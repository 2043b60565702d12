"""Somebody who agreed to be written to, a case group with news, and the providers on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings
from tests.channels.twilio_api import OURS, TwilioApi, twilio_api
from tests.making import Clock, make_service, make_settings
from tests.outgoing.chats import TOKEN, Chats, chats
from tests.outgoing.news import CHAT, NOON, asks, sending


@pytest.fixture
def api() -> Iterator[TwilioApi]:
    with twilio_api() as made:
        made.now = NOON
        yield made


@pytest.fixture
def telegram() -> Iterator[Chats]:
    with chats() as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, database_url: str, api: TwilioApi, telegram: Chats) -> Settings:
    return make_settings(
        tmp_path,
        database_url,
        twilio_from=OURS,
        twilio_api_url=api.address,
        twilio_whatsapp_from="+441642000001",
        telegram_bot_token=TOKEN,
        telegram_api_url=telegram.address,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def service(settings: Settings, clock: Clock) -> Iterator[Service]:
    made = replace(make_service(settings), now=clock)
    yield made
    made.database.close()


@pytest.fixture
def made(service: Service, settings: Settings, clock: Clock) -> Sending:
    """A messenger's sending side."""
    return sending(service, settings, clock)


@pytest.fixture
def asked(service: Service, clock: Clock) -> str:
    """A question to somebody who may be written to by text message; return the report's reference."""
    return asks(service, clock)


@pytest.fixture
def asked_on_telegram(service: Service, clock: Clock) -> str:
    return asks(service, clock, channel="telegram", address=CHAT)
