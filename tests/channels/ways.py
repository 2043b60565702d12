"""Every way to reach us, for tests of what all channels do alike: one line here for each channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.channels import CHANNELS
from tests.channels import mail_channel
from tests.making import PUBLIC_URL, post_sms, post_telegram, sms_form, telegram_message, whatsapp_form
from tests.reporter import BySms, ByTelegram, ByWeb, ByWhatsapp, Heard, Line

ENTRIES = (*CHANNELS, mail_channel.CHANNEL)  # the line that adds a channel
NAMES = [channel.name for channel in ENTRIES]


@dataclass(frozen=True)
class Way:
    """How a person uses one channel, and one message of theirs as it comes over the wire."""

    line: Callable[[FlaskClient], Line]
    send: Callable[[FlaskClient, str, str], TestResponse]  # a text under an id of the provider's

    def begin(self, client: FlaskClient) -> TestResponse:
        """Choose English."""
        return self.send(client, "english", "first")


@dataclass
class ByMail:
    """By e-mail, with the earlier mail quoted below."""

    client: FlaskClient
    sender: str = "Amina <amina@example.org>"

    def greet(self) -> Heard:
        return self.say("hello")

    def say(self, text: str) -> Heard:
        response = _mail(self.client, f"{text}\n\n> as you wrote\n", uuid4().hex, self.sender)
        assert response.status_code == 200
        return Heard(message_from_bytes(response.data, policy=policy.default).get_content())

    def press(self, data: str) -> Heard:
        raise NotImplementedError


def _mail(client: FlaskClient, text: str, id_: str, sender: str = "amina@example.org") -> TestResponse:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = sender, f"<{id_}@example.org>"
    mail.set_content(text)
    return client.post(mail_channel.PATH, data=mail.as_bytes())


def _web(client: FlaskClient, text: str, id_: str) -> TestResponse:
    said = {"language": "en"} if text == "english" else {"text": text}
    return client.post("/", data={"id": id_} | said, base_url=PUBLIC_URL, follow_redirects=True)


def _sms(client: FlaskClient, text: str, id_: str) -> TestResponse:
    return post_sms(client, sms_form(text, id_))


def _whatsapp(client: FlaskClient, text: str, id_: str) -> TestResponse:
    return post_sms(client, whatsapp_form(text, id_))


def _telegram(client: FlaskClient, text: str, id_: str) -> TestResponse:
    update = telegram_message(text) | {"update_id": int.from_bytes(id_.encode()) % 10**9}
    update["message"]["message_id"] = update["update_id"]
    return post_telegram(client, update)


WAYS: Mapping[str, Way] = {
    "web": Way(ByWeb, _web),
    "sms": Way(BySms, _sms),
    "whatsapp": Way(ByWhatsapp, _whatsapp),
    "telegram": Way(ByTelegram, _telegram),
    "mail": Way(ByMail, _mail),
}
