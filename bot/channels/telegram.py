"""Telegram: an update in, one method in the webhook's answer out.

Long polling (`polling.py`) shares `answer`. What one method cannot say goes by the bot's own line.
"""

import hmac
import json
import time
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request

from bot.channels.botfiles import BotFiles
from bot.channels.botline import MISSHAPEN, WAIT_SECONDS, BotLine, NotDone
from bot.channels.buttons import keyboard
from bot.channels.channel import Channel, service, settings
from bot.channels.updates import Blocked, Leave, Said, Ticked, meaning, read_update
from bot.handset import telegram_message
from bot.longtext import parts, shortened
from bot.service import Service
from bot.wording import Message

if TYPE_CHECKING:
    from telegram import Bot, Update

PATH = "/channels/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST_CLEARED = 2_000  # messages
CLEARED_AT_ONCE = 100  # Bot API, deleteMessages

Method = dict[str, Any]

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
    method = answer(service(), update, BotFiles.of(settings()), _line()) if update else None
    return Response(json.dumps(method) if method else "", mimetype="application/json")


def answer(
    to: Service, update: "Update", files: BotFiles | None = None, line: BotLine | None = None
) -> Method | None:
    """Take an update and return the one method that answers it, or None where nothing is said.

    Without `files` and `line`, which need the bot's token, pictures are asked for in words, a
    pressed button keeps turning until Telegram gives up, and no message is removed.
    """
    _stop_turning(update, line)
    try:
        meant = meaning(update, files)
    except MISSHAPEN:  # a field of another type than it should be
        return None
    match meant:
        case Said():
            return _answered(meant, to.receive(meant.arrival), line)
        case Ticked():
            which = {"chat_id": meant.chat, "message_id": meant.message}
            return {"method": "editMessageReplyMarkup", **which, "reply_markup": meant.keyboard}
        case Blocked():
            to.receive(meant.arrival)
        case Leave() if line is not None:
            line.tell(lambda bot: bot.leave_chat(meant.chat))
    return None


def _line() -> BotLine | None:
    """Return the bot's own line of this process; None without its token."""
    made = current_app.extensions
    line: BotLine | None = made.setdefault("botline", None if "botline" in made else BotLine.of(settings()))
    return line


def _stop_turning(update: "Update", line: BotLine | None) -> None:
    """Tell a pressed button at once that it was heard: a late answer is refused."""
    if line is not None and update.callback_query is not None:
        query = str(update.callback_query.id)
        line.tell(lambda bot: bot.answer_callback_query(query))


def _answered(said: Said, messages: tuple[Message, ...], line: BotLine | None) -> Method | None:
    """Say everything, with buttons for the question it ends with; the ones answered go."""
    if line is not None and said.buttons_of:
        line.tell(lambda bot: bot.edit_message_reply_markup(said.chat, said.buttons_of))
    if not messages:
        return None
    if messages[-1].clears:
        return _cleared(said, messages[-1], line)
    head, question, asked = telegram_message(messages)
    *before, last = parts(head, question)
    if before and not _sent(said.chat, before, line):
        last = shortened(head, question)
    method: Method = {"method": "sendMessage", "chat_id": said.chat, "text": last}
    return method | {"reply_markup": keyboard(asked)} if asked else method


def _sent(chat: int, texts: list[str], line: BotLine | None) -> bool:
    """Send what comes before the last message of a reply, in order; say whether all of it went."""
    if line is None:
        return False

    until = time.monotonic() + WAIT_SECONDS
    try:
        for text in texts:
            line.ask(partial(_send, chat, text), until - time.monotonic())
    except NotDone:
        return False
    return True


async def _send(chat: int, text: str, bot: "Bot") -> None:
    await bot.send_message(chat, text)


def _cleared(said: Said, message: Message, line: BotLine | None) -> Method:
    """Remove what the platform lets a bot remove, and say in one word that it is gone."""
    gone = line is not None and _is_done(_clearing(said, message.clears, line))
    return {
        "method": "sendMessage",
        "chat_id": said.chat,
        "text": message.text if gone else message.unless_cleared,
    }


def _clearing(said: Said, first: int, line: BotLine) -> "Future[None]":
    """Remove every message from the first to the last; numbers of other chats Telegram passes over."""
    numbers = range(max(first, said.last - MOST_CLEARED + 1), said.last + 1)

    async def clear(bot: "Bot") -> None:
        from telegram.error import BadRequest  # noqa: PLC0415 - 130 ms and 15 MB, only where Telegram is on

        refused = None
        for at in range(0, len(numbers), CLEARED_AT_ONCE):
            try:
                await bot.delete_messages(said.chat, numbers[at : at + CLEARED_AT_ONCE])
            except BadRequest as error:  # of these; others may go
                refused = error
        if refused is not None:
            raise refused

    return line.start(clear)


def _is_done(future: "Future[None]") -> bool:
    """Wait a little for what goes on being done either way."""
    try:
        future.result(WAIT_SECONDS)
    except (NotDone, TimeoutError):
        return False
    return True
