"""What understanding looks at beside the message, and why a message may be no answer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.core.conversation import Day
from bot.core.phrases import Phrasebook
from bot.core.texts import Texts


class Doubt(StrEnum):
    """Why a message was not taken as an answer; the engine has words for each."""

    UNCLEAR = "unclear"
    FUTURE = "future"  # a day still to come
    LONG_AGO = "long_ago"  # more than a year back: likely a slip
    MISTYPED_CODE = "mistyped_code"
    NOT_AN_ANSWER = "not_an_answer"  # "ok" to a consent


class Readers(Protocol):
    """What reading needs a library for; given from outside, pure all the same."""

    def day(self, text: str, language: str, said_at: datetime) -> Day | Doubt: ...

    def contact(self, text: str) -> Mapping[str, str] | None: ...

    def outcode(self, text: str) -> str | None: ...

    def code(self, text: str) -> str | Doubt: ...


class Reading(NamedTuple):
    """All that understanding looks at beside the message."""

    language: str
    phrasebook: Phrasebook
    texts: Texts
    readers: Readers
