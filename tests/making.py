"""What tests of the public tier are made of: settings with keys of their own, an app, signed requests."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlmodel import SQLModel
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from bot import store
from bot.app import create_app
from bot.arrival import Arrival
from bot.channels import CHANNELS
from bot.channels.channel import Channel
from bot.core.conversation import Conversation
from bot.core.cutting import units
from bot.drafts import make_draft_key, read_drafts
from bot.handset import LONGEST_SMS, MOST_SMS
from bot.longtext import LONGEST_TELEGRAM
from bot.pacing import Pacing
from bot.service import Service
from bot.settings import Settings
from bot.wording import Message
from casebridge.area import read_area
from casebridge.database import Database
from casebridge.keyring import make_keys
from casebridge.recipients import read_recipients
from tests.tables import create_tables
from tests.talk import KNOWLEDGE
from tests.templates import share_templates

PUBLIC_URL = "https://report.example.org"
TOKEN = "twilio-token-9b1d"
SECRET = "telegram-secret-4c7e"
PHONE = "+447700900123"
FORM_TYPE = "application/x-www-form-urlencoded"
ROWS = ("conversation", "turn", "report", "delivery")
PHOTO_ROWS = ("photo", "report_photo")

_numbers = count(1)


@dataclass
class Ticks:
    """Seconds that pass only where somebody sleeps, or a test lets them; for budgets."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def unhurried() -> Pacing:
    """Budgets in which no time passes and nobody waits."""
    ticks = Ticks()
    return Pacing(ticks, ticks.sleep)


def make_settings(folder: Path, database_url: str = "", **given: Any) -> Settings:
    """Settings with every channel on, the keys of both tiers made below `folder`."""
    chosen = {
        "var_dir": folder,
        "database_url": database_url,
        "public_url": PUBLIC_URL,
        "twilio_account_sid": "AC0123456789",
        "twilio_auth_token": TOKEN,
        "twilio_from": "+441642000000",
        "telegram_webhook_secret": SECRET,
    }
    settings = Settings.read(_env_file=None, **chosen | given)
    make_draft_key(settings)
    make_keys(settings, read_area(settings.area))
    return settings


def make_app(
    settings: Settings,
    pacing: Pacing | None = None,
    channels: Iterable[Channel] = CHANNELS,
    *,
    csrf: bool = False,
) -> Flask:
    """The whole public tier, on a database that has its tables."""
    with patch("bot.app.read_knowledge", return_value=KNOWLEDGE):  # half a second otherwise
        app = create_app(settings, pacing=pacing or unhurried(), channels=channels)
    app.config["WTF_CSRF_ENABLED"] = csrf
    share_templates(app)
    create_tables(service_of(app).database.engine)
    return app


def close(app: Flask) -> None:
    """End what an app has open: its database, and the bot's own line where one was begun."""
    service_of(app).database.close()
    if line := app.extensions.get("botline"):
        line.close()


def make_service(settings: Settings) -> Service:
    """A service on a database of its own connections, as a process that starts has it."""
    area = read_area(settings.area)
    database = Database(settings.database)
    create_tables(database.engine)
    recipients = read_recipients(settings, area)
    return Service(KNOWLEDGE, database, read_drafts(settings), recipients, area, pacing=unhurried())


def service_of(app: Flask) -> Service:
    service: Service = app.extensions["service"]
    return service


def sms(text: str, message_id: str = "", address: str = PHONE) -> Arrival:
    """A text message as the service is handed it."""
    message_id = message_id or f"SM{uuid4().hex}"
    return Arrival("sms", address, message_id, witness=message_id, text=text)


def mms(*pictures: bytes, text: str = "", message_id: str = "", address: str = PHONE) -> Arrival:
    """A message with pictures as the service is handed it."""
    return replace(sms(text, message_id, address), media=pictures)


def say(service: Service, *texts: str, address: str = PHONE) -> tuple[Message, ...]:
    """Say one thing after the other; return what is answered to the last."""
    messages: tuple[Message, ...] = ()
    for text in texts:
        messages = service.receive(sms(text, address=address))
    return messages


def rows(database: Database, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of these tables, in a fixed order."""
    with database.read() as connection:
        return {name: _all_of(connection, name) for name in names or ROWS}


def counts(database: Database, *names: str) -> dict[str, int]:
    return {name: len(found) for name, found in rows(database, *names).items()}


def _all_of(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    return sorted(
        (tuple(row) for row in connection.execute(select(SQLModel.metadata.tables[name]))), key=repr
    )


def conversation(service: Service, channel: str = "sms", address: str = PHONE) -> Conversation:
    """Return what is stored of somebody's conversation, decrypted, without which messages there were."""
    key = service.cipher.hash(channel, address)
    with service.database.read() as connection:
        found = store.load(connection, service.cipher, key, b"").conversation
    assert found is not None
    return found._replace(heard="", serial=0, written=(), begun=())


# --- Twilio ------------------------------------------------------------------------------


def signature(
    form: Mapping[str, str],
    url: str = f"{PUBLIC_URL}/channels/sms",
    token: str = TOKEN,
    algorithm: str | None = None,
) -> str:
    """Sign a form as Twilio does."""
    made: str = RequestValidator(token).compute_signature(url, dict(form), algorithm)
    return made


def twilio_body(name: str) -> dict[str, str]:
    """A form Twilio sends, by the name of its file in bodies/."""
    file = Path(__file__).parent / "channels" / "bodies" / f"{name}.json"
    form: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return form


def whatsapp_form(text: str, message_id: str = "", **more: str) -> dict[str, str]:
    """The form of a message by WhatsApp."""
    message_id = message_id or f"SM{uuid4().hex}"
    ids = {"MessageSid": message_id, "SmsSid": message_id, "SmsMessageSid": message_id}
    return twilio_body("whatsapp_text") | ids | {"Body": text} | more


def sms_form(text: str, message_id: str = "", sender: str = PHONE, **more: str) -> dict[str, str]:
    """The form of a text message, with the fields Twilio sends; see bodies/."""
    message_id = message_id or f"SM{uuid4().hex}"
    return (
        twilio_body("sms")
        | {"MessageSid": message_id, "SmsSid": message_id, "From": sender, "Body": text}
        | more
    )


def post_sms(
    client: FlaskClient,
    form: Mapping[str, str],
    signed: str | None = None,
    body: bytes | None = None,
    path: str = "/channels/sms",
) -> TestResponse:
    """Post a text message; `body` is what goes over the wire where it is not the form as it should be."""
    signed = signature(form, f"{PUBLIC_URL}{path}") if signed is None else signed
    headers = {"X-Twilio-Signature": signed}
    return client.post(path, data=body or urlencode(form), headers=headers, content_type=FORM_TYPE)


def texts_of(response: Response) -> tuple[str, ...]:
    """Return the messages of a TwiML reply, by a strict parser and within Twilio's limits."""
    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    root = ElementTree.fromstring(response.data)  # noqa: S314 - our own reply
    assert root.tag == "Response"
    assert {child.tag for child in root} <= {"Message"}
    texts = tuple(child.text or "" for child in root)
    assert len(texts) <= MOST_SMS
    assert all(0 < len(text) <= LONGEST_SMS for text in texts)
    return texts


# --- Telegram ----------------------------------------------------------------------------


def telegram_message(words: str | None, chat: int = 5001, **more: Any) -> dict[str, Any]:
    """An update with a private message; see bodies/."""
    update: dict[str, Any] = json.loads(
        (Path(__file__).parent / "channels" / "bodies" / "telegram_message.json").read_text()
    )
    number = next(_numbers)
    message = update["message"] | {"message_id": number, "text": words} | more
    message["chat"] |= {"id": chat}
    message["from"] |= {"id": chat}
    if message["text"] is None:
        del message["text"]
    return update | {"update_id": 700_000_000 + number, "message": message}


def telegram_press(data: str, chat: int = 5001, below: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An update with a button pressed; `below`: the buttons of its message."""
    update: dict[str, Any] = json.loads(
        (Path(__file__).parent / "channels" / "bodies" / "telegram_press.json").read_text()
    )
    query = update["callback_query"] | {"data": data, "id": str(next(_numbers))}
    query["from"] |= {"id": chat}
    query["message"] |= {"reply_markup": below} if below else {}
    query["message"]["chat"] |= {"id": chat}
    return update | {"update_id": 700_000_000 + next(_numbers), "callback_query": query}


def post_telegram(client: FlaskClient, update: object, secret: str = SECRET) -> TestResponse:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    return client.post("/channels/telegram", data=body, headers=headers)


def method_of(response: TestResponse) -> dict[str, Any]:
    """Return the Bot API method that answers an update; empty where nothing is said."""
    assert response.status_code == 200
    method: dict[str, Any] = json.loads(response.data) if response.data else {}
    if method:
        assert method["method"] in ("sendMessage", "editMessageReplyMarkup")
        assert method["method"] != "sendMessage" or 0 < units(method["text"]) <= LONGEST_TELEGRAM
        assert all(0 < len(data.encode()) <= 64 for data in buttons_of(method))
    return method


def buttons_of(method: Mapping[str, Any]) -> list[str]:
    """Return what each button under a message sends."""
    keyboard = method.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in keyboard for button in row]


# --- time --------------------------------------------------------------------------------


@dataclass
class Clock:
    """A clock that tests turn forward."""

    at: datetime = field(default=datetime(2026, 11, 18, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


def decimals(texts: Iterable[str]) -> str:
    return "".join(character for text in texts for character in text if character.isdecimal())
