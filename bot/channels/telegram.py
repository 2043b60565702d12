"""Telegram: an update in, one method in the webhook's answer out.

Long polling (`polling.py`) shares `answer`. User text is never parsed as markup.
"""

import hmac
import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from bot.channels.botfiles import BotFiles
from bot.channels.channel import Channel, service, settings
from bot.core.conversation import Pressed
from bot.core.normal import clean
from bot.handset import telegram_message, without_slash
from bot.service import Arrival, Service
from bot.wording import Message

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup, Update

PATH = "/channels/telegram"
LONGEST_CALLBACK = 64  # bytes of callback_data
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

blueprint = Blueprint("telegram", __name__)
CHANNEL = Channel("telegram", blueprint, lambda s: s.telegram_is_on, "TELEGRAM_WEBHOOK_SECRET", signs=True)


@blueprint.post(PATH)
def receive() -> Response:
    """Take one update: 403 without the secret, else 200, or Telegram would repeat it for a day."""
    secret = settings().telegram_webhook_secret.get_secret_value().encode()
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(given, secret):
        return Response(status=403)
    update = read_update(request.get_data())
    method = answer(service(), update, BotFiles.of(settings())) if update else None
    return Response(json.dumps(method) if method else "", mimetype="application/json")


def read_update(body: bytes) -> "Update | None":
    """Parse an update; None for anything that is not one we can use."""
    from telegram import Update  # noqa: PLC0415 - 130 ms and 15 MB, only where Telegram is on

    try:
        data = json.loads(body)  # orjson refuses half an emoji ("\ud83d"), and all of the message with it
        return Update.de_json(data, None) if isinstance(data, dict) else None
    except MISSHAPEN:  # PTB checks no types: channels.md §3
        return None


def answer(to: Service, update: "Update", files: BotFiles | None = None) -> dict[str, Any] | None:
    """Take an update and return the one method that answers it, or None where nothing is said.

    Without `files`, which need the bot's token, pictures are asked for in words.
    """
    try:
        arrival = _arrival(update, files)
    except MISSHAPEN:  # a field of another type than it should be
        return None
    chat = update.effective_chat
    if arrival is None or chat is None:
        return None
    messages = to.receive(arrival)
    if not messages:
        return None
    return _send_message(chat.id, messages)


def _arrival(update: "Update", files: BotFiles | None) -> Arrival | None:
    """Read an update from a private chat with a person; all else is not for us."""
    chat, person = update.effective_chat, update.effective_user
    if chat is None or chat.type != "private" or person is None or person.is_bot:
        return None
    text, pressed, witness = "", None, ""
    if update.callback_query is not None:
        data = clean(update.callback_query.data or "")
        step, _, rest = data.partition(":")
        value, _, witness = rest.partition(":")
        pressed = Pressed(step, (value,))
    elif update.message is not None:
        text = without_slash(clean(update.message.text or update.message.caption or ""))
        witness = f"{update.message.message_id}:{update.message.date}:{text}"
    else:
        return None
    return Arrival(
        channel="telegram",
        address=str(int(chat.id)),
        message_id=str(int(update.update_id)),
        witness=f"{update.update_id}:{chat.id}:{witness}",
        text=text,
        pressed=pressed,
        attachment=update.message is not None and update.message.text is None,
        media=files.pictures(update.message) if files and update.message else (),
    )


def _send_message(chat_id: int, messages: tuple[Message, ...]) -> dict[str, Any]:
    """Say everything in one message, with buttons for the question it ends with."""
    text, asked = telegram_message(messages)
    method: dict[str, Any] = {"method": "sendMessage", "chat_id": chat_id, "text": text}
    return method | {"reply_markup": _keyboard(asked).to_dict()} if asked else method


def _keyboard(message: Message) -> "InlineKeyboardMarkup":
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup  # noqa: PLC0415 - as above

    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(option.label, callback_data=_callback(message, option.value))]
            for option in message.options
        ]
    )


def _callback(message: Message, value: str) -> str:
    """Return what pressing sends. The token makes the answer one that nobody else could send."""
    data = f"{message.step}:{value}:{message.token}"
    return data if len(data.encode()) <= LONGEST_CALLBACK else f"{message.step}:{value}"
