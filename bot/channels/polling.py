"""Telegram without a public address: asks for updates and answers them, as the webhook would.

An update is only done with, at Telegram, once it has been answered here.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError
from telegram import Update

from bot.channels.botfiles import BotFiles
from bot.channels.botline import BotLine, NotDone
from bot.channels.telegram import Method, answer
from bot.channels.updates import ALLOWED, parsed
from bot.service import Service
from casebridge.logs import fault_of

GET_UPDATES = "getupdates"  # Telegram minds no case; PTB's own getUpdates prints what it cannot parse
POLL_SECONDS = 25  # that Telegram waits for news
LOOK_SECONDS = 0.2  # between looks at whether to stop
AFTER_FAULT_SECONDS = 3
REPLY_SECONDS = 20
THREADS = 8
DATABASE_AWAY_SECONDS = 1
DATABASE_AWAY_TRIES = 60

log = structlog.get_logger()


def poll(service: Service, line: BotLine, files: BotFiles | None, stop: threading.Event) -> None:
    """Answer updates until told to stop. A webhook and polling exclude each other."""
    offset = 0
    with ThreadPoolExecutor(THREADS) as pool:
        while not stop.is_set():
            try:
                found = _news(line, offset, stop)
            except NotDone as refused:
                log.warning("no updates", kind=refused.kind)
                stop.wait(AFTER_FAULT_SECONDS)
                continue
            chats = _by_chat(found)
            list(pool.map(lambda updates: _take_all(service, line, files, updates), chats))
            offset = max((offset, *(one["update_id"] + 1 for one in found)))
    _confirm(line, offset)


def _news(line: BotLine, offset: int, stop: threading.Event) -> list[dict[str, Any]]:
    """Return what has come, after a while also nothing. Raises NotDone."""
    asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED)}
    future = line.start(
        lambda bot: bot.do_api_request(GET_UPDATES, asked, read_timeout=POLL_SECONDS + AFTER_FAULT_SECONDS)
    )
    while not stop.is_set():
        try:
            found = future.result(LOOK_SECONDS)
        except TimeoutError:
            continue
        except CancelledError:
            break
        return [one for one in found if isinstance(one, dict) and type(one.get("update_id")) is int]
    future.cancel()
    return []


def _confirm(line: BotLine, offset: int) -> None:
    """Tell Telegram which updates were answered, so that it gives them to nobody else."""
    asked = {"offset": offset, "timeout": 0, "limit": 1}
    try:
        line.ask(lambda bot: bot.do_api_request(GET_UPDATES, asked))
    except NotDone as refused:  # they come again, and are answered again the same
        log.warning("not confirmed", kind=refused.kind)


def _by_chat(found: Iterable[Mapping[str, Any]]) -> list[list[Update]]:
    """Group updates by chat: those of one in order, those of different ones at once."""
    chats: dict[int, list[Update]] = {}
    for one in found:
        update = parsed(one)
        if update is not None:
            chat = update.effective_chat
            chats.setdefault(chat.id if chat else 0, []).append(update)
    return list(chats.values())


def _take_all(service: Service, line: BotLine, files: BotFiles | None, updates: Iterable[Update]) -> None:
    for update in updates:
        try:
            method = answered(service, update, files, line)
        except Exception as error:  # one update of whatever shape must not stop those behind it
            log.error("update not answered", **fault_of(error))
            continue
        if method is not None:
            _say(line, method)


def answered(
    service: Service, update: Update, files: BotFiles | None = None, line: BotLine | None = None
) -> Method | None:
    """Answer, a while after the database went away if need be."""
    for _ in range(DATABASE_AWAY_TRIES):
        try:
            return answer(service, update, files, line)
        except OperationalError:
            time.sleep(DATABASE_AWAY_SECONDS)
    return answer(service, update, files, line)


def _say(line: BotLine, method: Method) -> None:
    """Call the one method that a webhook would have answered with."""
    given = {name: value for name, value in method.items() if name != "method"}
    calls = {
        "sendMessage": lambda bot: bot.send_message(**given),
        "editMessageReplyMarkup": lambda bot: bot.edit_message_reply_markup(**given),
    }
    try:
        line.ask(calls[method["method"]], REPLY_SECONDS)
    except NotDone as refused:  # blocked, most often
        log.warning("not said", kind=refused.kind)
