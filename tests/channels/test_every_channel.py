"""What every channel does alike. A new one is tested by its line in CHANNELS and one in WAYS."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.channels import CHANNELS
from bot.service import Service
from bot.settings import Settings
from tests.making import (
    PUBLIC_URL,
    make_app,
    make_settings,
    post_sms,
    post_telegram,
    rows,
    service_of,
    sms_form,
    telegram_message,
)
from tests.talk import KNOWLEDGE

FORM, UPDATE = sms_form("hello"), telegram_message("/start")
NAMES = [channel.name for channel in CHANNELS]

GREET: dict[str, Callable[[FlaskClient], TestResponse]] = {
    "web": lambda client: client.get("/", base_url=PUBLIC_URL),
    "sms": lambda client: post_sms(client, FORM),
    "telegram": lambda client: post_telegram(client, UPDATE),
}
SAY: dict[str, Callable[[FlaskClient], TestResponse]] = GREET | {
    "web": lambda client: client.post(
        "/", data={"id": "first", "language": "en"}, base_url=PUBLIC_URL, follow_redirects=True
    ),
}


def test_every_channel_is_tried_here() -> None:
    assert (list(GREET), list(SAY)) == (NAMES, NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_comes_first_is_shown_every_language_in_its_own_words(client: FlaskClient, name: str) -> None:
    shown = GREET[name](client)

    languages = KNOWLEDGE.phrasebook.languages
    assert shown.status_code == 200
    assert [it.code for it in languages if it.own_name not in _text(shown)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_message_sent_again_is_answered_the_same_and_moves_nothing(
    client: FlaskClient, service: Service, name: str
) -> None:
    first = SAY[name](client)
    before = rows(service.database)

    again = SAY[name](client)

    assert len(before["turn"]) == 1
    assert rows(service.database) == before
    assert (again.status_code, _answer(again, name)) == (first.status_code, _answer(first, name))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_forbids_what_it_does_not_need(client: FlaskClient, name: str) -> None:
    headers = SAY[name](client).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("unset", "path"),
    [
        ({"twilio_account_sid": "", "twilio_auth_token": ""}, "/channels/sms"),
        ({"telegram_webhook_secret": ""}, "/channels/telegram"),
    ],
)
def test_a_channel_without_its_secrets_is_not_there(tmp_path: Path, unset: dict[str, str], path: str) -> None:
    app = make_app(make_settings(tmp_path, **unset))

    assert app.test_client().post(path).status_code == 404

    service_of(app).database.close()


def test_a_channel_says_what_it_needs_and_without_secrets_the_web_is_left() -> None:
    bare = Settings(_env_file=None)

    off = {channel.name: channel.needs for channel in CHANNELS if not channel.is_on(bare)}

    assert off == {"sms": "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN", "telegram": "TELEGRAM_WEBHOOK_SECRET"}


def _text(response: TestResponse) -> str:
    """A JSON body has its own way to write other scripts."""
    return str(response.json) if response.is_json else response.text


def _answer(response: TestResponse, name: str) -> str:
    """A page has a new form every time; what is said in it is the same."""
    lines = response.text.splitlines()
    return "\n".join(line for line in lines if name != "web" or 'name="id"' not in line)
