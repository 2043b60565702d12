"""Pictures sent to a Telegram bot, fetched by the Bot API: getFile, then the file itself.

There is nothing to delete there: a file lives with the message the person sent.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from bot.media import MOST_BYTES, NotFetched, Place, TooLarge
from bot.settings import Settings

if TYPE_CHECKING:
    from telegram import Message

PROVIDER = "telegram"
API_URL = "https://api.telegram.org"
CONNECT_SECONDS = 3
SECONDS = 20  # for one picture in all


@dataclass(frozen=True, slots=True)
class BotFiles:
    """Where a bot's files are. The token stands in every address there, so none is ever told on."""

    token: str = field(repr=False)
    api_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the files of our bot; None while its token is not set."""
        token = settings.telegram_bot_token.get_secret_value()
        return cls(token, settings.telegram_api_url) if token else None

    def pictures(self, message: "Message") -> tuple[Place, ...]:
        """Return the picture of a message: a photo at its largest, or a file that says it is one."""
        sizes = [(size.width * size.height, size.file_id, size.file_size or 0) for size in message.photo]
        fitting = [size for size in sizes if size[2] <= MOST_BYTES]
        if fitting:
            _, file_id, size = max(fitting)
            return (Place(PROVIDER, file_id, size),)
        document = message.document
        if document is None or not (document.mime_type or "").startswith("image/"):
            return ()
        return (Place(PROVIDER, document.file_id, document.file_size or 0),)

    def fetch(self, where: str) -> bytes:
        from telegram.error import (  # noqa: PLC0415 - 130 ms and 15 MB, only where Telegram is on
            BadRequest,
            TelegramError,
        )

        try:
            return asyncio.run(self._fetch(where))
        except (TelegramError, TimeoutError, OSError, ValueError, TypeError) as error:
            final = isinstance(error, BadRequest)  # no such file, or one larger than a bot may have
            raise NotFetched(type(error).__name__, final=final) from None  # its words may hold the address

    def delete(self, where: str) -> None:
        """Do nothing: see above."""

    async def _fetch(self, file_id: str) -> bytes:
        from telegram import Bot  # noqa: PLC0415 - as above
        from telegram.request import HTTPXRequest  # noqa: PLC0415

        api = self.api_url or API_URL
        line = HTTPXRequest(connection_pool_size=1, connect_timeout=CONNECT_SECONDS, read_timeout=SECONDS)
        base = f"{api}/file/bot"
        bot = Bot(self.token, f"{api}/bot", base, request=line, get_updates_request=line)
        try:
            async with asyncio.timeout(SECONDS):
                file = await bot.get_file(file_id)
                if (file.file_size or 0) > MOST_BYTES:
                    raise TooLarge
                if not (file.file_path or "").startswith(f"{base}{self.token}/"):  # a file of this machine's
                    raise NotFetched("path", final=True)
                content = bytes(await file.download_as_bytearray())
        finally:
            await line.shutdown()
        if len(content) > MOST_BYTES:
            raise TooLarge
        return content
