"""The bot's own calls beside a webhook's answer: one thread with one event loop and one bot on it.

Nobody waits long for them, and what fails says only of which kind it was: the token stands in
every address.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from bot.channels.botfiles import API_URL, CONNECT_SECONDS
from bot.settings import Settings

if TYPE_CHECKING:
    from telegram import Bot

SECONDS = 10  # for one call
WAIT_SECONDS = 2  # for what a reply waits for
LONGEST_PAUSE = 60  # seconds; told to wait longer than this, a call is dropped
MOST_WAITING = 500  # calls; more are dropped
CONNECTIONS = 8

MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError)

Call = Callable[["Bot"], Awaitable[Any]]


class NotDone(Exception):
    """Telegram did not do it, or not in time. `kind` is the name of its error."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BotLine:
    """Calls the Bot API from a thread of its own, which starts with the first call."""

    def __init__(self, token: str, api_url: str = "") -> None:
        self._token, self._api = token, api_url or API_URL
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._bot: Bot | None = None
        self._starting = threading.Lock()
        self._waiting = 0  # calls begun and not done; only the loop's thread writes it

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the line of our bot; None while its token is not set."""
        token = settings.telegram_bot_token.get_secret_value()
        return cls(token, settings.telegram_api_url) if token else None

    def start(self, call: Call) -> "Future[Any]":
        """Begin a call. Its future raises NotDone."""
        return asyncio.run_coroutine_threadsafe(self._counted(call), self._running())

    def tell(self, call: Call) -> None:
        """Have a call made soon. Whether it was done nobody learns, nor that the thread is gone."""
        with suppress(RuntimeError):
            self.start(call)

    def ask(self, call: Call, seconds: float = WAIT_SECONDS) -> Any:
        """Return what a call returns. Raises NotDone; a call that takes longer is given up."""
        future = self.start(call)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise NotDone("TimeoutError") from None

    def close(self) -> None:
        """End the thread and every connection."""
        with self._starting:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop, self._bot = asyncio.new_event_loop(), None
                self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
                self._thread.start()
            return self._loop

    async def _counted(self, call: Call) -> Any:
        if self._waiting >= MOST_WAITING:
            raise NotDone("TooMany")
        self._waiting += 1
        try:
            return await self._made(call)
        finally:
            self._waiting -= 1

    async def _made(self, call: Call) -> Any:
        """Make a call; told to wait, once more after that. Others go on: it is mostly one chat's limit."""
        from telegram.error import RetryAfter, TelegramError  # noqa: PLC0415 - 130 ms, where Telegram is on

        try:
            try:
                return await call(self._ready())
            except RetryAfter as error:
                pause = error.retry_after
                seconds = pause.total_seconds() if isinstance(pause, timedelta) else pause
                if seconds > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(seconds)
                return await call(self._ready())
        except (TelegramError, *MISSHAPEN) as error:
            raise NotDone(type(error).__name__) from None  # its words may hold the address

    def _ready(self) -> "Bot":
        """Return the bot, made on the loop it is used on. It asks for nothing until it is called."""
        from telegram import Bot  # noqa: PLC0415 - as above
        from telegram.request import HTTPXRequest  # noqa: PLC0415

        if self._bot is None:
            line = HTTPXRequest(CONNECTIONS, SECONDS, SECONDS, CONNECT_SECONDS)
            self._bot = Bot(self._token, f"{self._api}/bot", request=line, get_updates_request=line)
        return self._bot

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            _, left = await asyncio.wait(others, timeout=WAIT_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        if self._bot is not None:
            await self._bot.request.shutdown()
