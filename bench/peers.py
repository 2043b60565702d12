"""The engine's peers: python-telegram-bot's ConversationHandler, and a loop written by hand."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from telegram import Update, User
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    ExtBot,
    MessageHandler,
    filters,
)

from bench.talk import NOT_UNDERSTOOD, PEER, PROMPTS, QUESTIONS, THANKS, understand

Handler = Callable[[Update, ContextTypes.DEFAULT_TYPE], Any]
_ORDER = tuple(name for name, _, _ in QUESTIONS)


def bare_loop() -> int:
    """Hold one talk by hand, its state through JSON at every turn; return the characters said."""
    stored, said = "", 0
    for text in PEER:
        state = json.loads(stored) if stored else {"at": -1, "answers": {}}
        reply = _answer_by_hand(state, text)
        stored = json.dumps(state)
        said += len(reply)
    return said


def _answer_by_hand(state: dict[str, Any], text: str) -> str:
    at = state["at"]
    if at >= 0:
        name, kind, options = QUESTIONS[at]
        value = understand(kind, options, text)
        if value is None:
            return f"{NOT_UNDERSTOOD}\n\n{PROMPTS[name]}"
        state["answers"][name] = value
    state["at"] = at + 1
    return PROMPTS[_ORDER[at + 1]] if at + 1 < len(_ORDER) else THANKS


class SilentBot(ExtBot[None]):
    """A bot that says nothing: what sending costs is not the engine's."""

    said = 0

    async def initialize(self) -> None:
        self._initialized = True
        self._bot_user = User(1, "bench", is_bot=True, username="bench_bot")

    async def send_message(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - PTB's own signature
        type(self).said += len(kwargs["text"])


class TelegramPeer:
    """python-telegram-bot holding the talk in memory, updates parsed from JSON as they come."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._bot = SilentBot("1:bench")
        builder = Application.builder().bot(self._bot).updater(None).job_queue(None)
        self._application: Application[Any, Any, Any, Any, Any, Any] = builder.build()
        states: dict[object, list[Any]] = {
            number: [MessageHandler(filters.TEXT & ~filters.COMMAND, _question(number))]
            for number in range(len(QUESTIONS))
        }
        entries: list[Any] = [CommandHandler("start", _start)]
        self._application.add_handler(ConversationHandler(entries, states, fallbacks=[]))
        self._loop.run_until_complete(self._application.initialize())
        self._bodies = [_update(number, text) for number, text in enumerate(PEER)]

    def talk(self) -> None:
        """Hold one talk."""
        self._loop.run_until_complete(self._talk())

    def close(self) -> None:
        self._loop.close()

    async def _talk(self) -> None:
        for body in self._bodies:
            await self._application.process_update(Update.de_json(json.loads(body), self._bot))


def _question(number: int) -> Handler:
    name, kind, options = QUESTIONS[number]

    async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        message = update.effective_message
        assert message is not None
        value = understand(kind, options, message.text or "")
        if value is None:
            await message.reply_text(f"{NOT_UNDERSTOOD}\n\n{PROMPTS[name]}")
            return number
        assert context.user_data is not None
        context.user_data[name] = value
        following = number + 1
        await message.reply_text(PROMPTS[_ORDER[following]] if following < len(_ORDER) else THANKS)
        return following if following < len(_ORDER) else ConversationHandler.END

    return take


async def _start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.effective_message is not None
    await update.effective_message.reply_text(PROMPTS[_ORDER[0]])
    return 0


def _update(number: int, text: str) -> str:
    """Write the update that Telegram would send."""
    person = {"id": 5550001, "is_bot": False, "first_name": "Sam", "language_code": "en"}
    message: dict[str, Any] = {
        "message_id": number + 1,
        "date": 1795285800 + number,
        "text": text,
        "from": person,
        "chat": {"id": 5550001, "type": "private", "first_name": "Sam"},
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return json.dumps({"update_id": 10000 + number, "message": message})
