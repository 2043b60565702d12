"""Sends messages by Telegram's Bot API. What became of one cannot be asked there."""

import asyncio
from datetime import datetime, timedelta

from bot.outcomes import TOO_MANY, Outcome, Verdict
from bot.senders.sender import Letter, Sighting
from bot.settings import Settings

API_URL = "https://api.telegram.org"
SECONDS = 10.0


class TelegramSender:
    """Our bot."""

    channels = frozenset({"telegram"})
    looks = False

    def __init__(self, settings: Settings) -> None:
        self._token = settings.telegram_bot_token.get_secret_value()
        self._api_url = settings.telegram_api_url

    def send(self, letter: Letter) -> Outcome:
        """Hand over one message. A fault after that is of unknown outcome (python-telegram-bot #3937)."""
        from telegram.error import TelegramError  # noqa: PLC0415 - 130 ms, only where Telegram is written to

        try:
            number = asyncio.run(self._send(letter))
        except TelegramError as error:
            return outcome_of(error)
        return Outcome(Verdict.SENT, provider_id=str(number))

    def look(self, _letter: Letter, _since: datetime, /) -> tuple[Sighting, ...] | None:
        """Return None: the Bot API lists no messages."""
        return None

    async def _send(self, letter: Letter) -> int:
        from telegram import Bot  # noqa: PLC0415 - as above
        from telegram.request import HTTPXRequest  # noqa: PLC0415 - as above

        request = HTTPXRequest(
            connect_timeout=SECONDS, read_timeout=SECONDS, write_timeout=SECONDS, pool_timeout=SECONDS
        )
        bot = Bot(self._token, base_url=f"{self._api_url or API_URL}/bot", request=request)
        async with request:  # not the bot: that would ask who it is first
            sent = await bot.send_message(int(letter.address), letter.text)
        return sent.message_id


def outcome_of(error: Exception) -> Outcome:
    """Return what a fault of the library means: core.telegram.org/bots/api, "Making requests"."""
    from httpx import ConnectError, ConnectTimeout  # noqa: PLC0415 - as above
    from telegram import error as faults  # noqa: PLC0415 - as above

    kind = type(error).__name__
    match error:
        case faults.Forbidden():  # 403: blocked by the user, or the user is gone
            return Outcome(Verdict.OPTED_OUT, "403")
        case faults.RetryAfter(retry_after=wait):  # 429, for the whole bot
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return Outcome(Verdict.AGAIN, str(TOO_MANY), wait=max(seconds, 1.0))
        case faults.InvalidToken() | faults.Conflict():  # 401, 404, 409
            return Outcome(Verdict.OURS, kind)
        case faults.BadRequest() | faults.ChatMigrated():  # 400
            gone = "chat not found" in str(error).lower()
            return Outcome(Verdict.GONE if gone else Verdict.NEVER, "400")
        case faults.NetworkError() if isinstance(error.__cause__, ConnectError | ConnectTimeout):
            return Outcome(Verdict.AGAIN, kind)
        case _:
            return Outcome(Verdict.UNKNOWN, kind)
