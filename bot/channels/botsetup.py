"""What Telegram is told about the bot: how updates come, which commands there are, what it is."""

import re
import signal
import threading
from typing import TYPE_CHECKING

from bot.channels.botfiles import BotFiles
from bot.channels.botline import SECONDS, BotLine
from bot.channels.polling import poll
from bot.channels.updates import ALLOWED
from bot.core.asking import Knowledge
from bot.core.commands import Command
from bot.core.normal import normal
from bot.core.phrases import ENGLISH
from bot.service import Service
from bot.settings import Settings

if TYPE_CHECKING:
    from telegram import Bot

SETTING_UP_SECONDS = 120
AT_ONCE_EACH = 8  # updates that Telegram may bring at once to each process
MOST_AT_ONCE = 100  # Bot API, max_connections
LISTED = tuple(
    map(Command, ("help", "back", "skip", "change", "language", "later", "delete", "wipe", "stop"))
)
_NAME = re.compile(r"[a-z0-9_]{1,32}")  # Bot API, BotCommand
_CODE = re.compile(r"[a-z]{2}")  # Bot API, language_code


def run_telegram(service: Service, line: BotLine, settings: Settings) -> None:
    """Set the bot up; by webhook that is all, by polling answer until stopped. Raises NotDone."""
    try:
        line.ask(lambda bot: introduce(bot, service.knowledge), SETTING_UP_SECONDS)
        line.ask(lambda bot: choose_way(bot, settings), 2 * SECONDS)
        if settings.telegram_is_on:
            _say("Updates come by webhook from now on.")
            return
        stop = threading.Event()
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: stop.set())
        _say("Answering on Telegram. Ctrl-C ends it.")
        poll(service, line, BotFiles.of(settings), stop)
    finally:
        line.close()
        service.database.close()


async def choose_way(bot: "Bot", settings: Settings) -> None:
    """Have updates sent to the webhook, or kept for polling. What waits at Telegram stays there till then."""
    if not settings.telegram_is_on:
        await bot.delete_webhook(drop_pending_updates=False)
        return
    await bot.set_webhook(
        f"{settings.public_url}/channels/telegram",
        secret_token=settings.telegram_webhook_secret.get_secret_value(),
        allowed_updates=ALLOWED,
        max_connections=min(MOST_AT_ONCE, AT_ONCE_EACH * settings.web_workers),
        drop_pending_updates=False,
    )


async def introduce(bot: "Bot", knowledge: Knowledge) -> None:
    """Register commands and what the bot is, in each language that Telegram can tell apart."""
    from telegram import BotCommandScopeAllPrivateChats  # noqa: PLC0415 - 130 ms, where Telegram is on

    texts, phrasebook = knowledge.texts, knowledge.phrasebook
    for language in phrasebook.languages:
        if not _CODE.fullmatch(language.code):
            continue
        code = None if language.code == ENGLISH else language.code  # None: whatever the app speaks
        await bot.set_my_commands(
            commands(knowledge, language.code), BotCommandScopeAllPrivateChats(), language_code=code
        )
        about, short = (
            phrasebook.text(it, language.code) for it in (texts.telegram_about, texts.telegram_in_short)
        )
        await bot.set_my_description(about, language_code=code)
        await bot.set_my_short_description(short, language_code=code)


def commands(knowledge: Knowledge, language: str) -> list[tuple[str, str]]:
    """Return the name and description of each command; the name is English where its script is not Latin."""
    texts, phrasebook = knowledge.texts, knowledge.phrasebook
    found = []
    for command in LISTED:
        words = getattr(texts, f"{command}_words")
        here = (normal(word) for code in (language, ENGLISH) for word in phrasebook.words(words, code))
        name = next(word for word in here if _NAME.fullmatch(word))
        found.append((name, phrasebook.text(getattr(texts, f"about_{command}"), language)))
    return found


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command that talks to the person who started it
