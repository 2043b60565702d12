"""What a reply looks like on somebody's phone, and what of theirs is a command of the channel's. Pure.

The web chat's own drawing is `bot/webpage.py`.
"""

import re
from xml.sax.saxutils import escape

from bot.core.cutting import split
from bot.folding import fold
from bot.wording import Message, as_text

LONGEST_SMS = 1600  # 16-bit units, of WhatsApp too; Twilio refuses more (14103)
MOST_SMS = 10  # a reply (14109)
MOST_TWIML = 60_000  # bytes of a reply's texts; Twilio takes 64 kB with all around them (11750)
SURELY_FITS = 2_500  # characters of all texts; with the longest list of options less than 5 full parts
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")
PROVIDER_ANSWERS = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])


def sms_texts(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """Return the text messages that say a reply, with numbers for what can be chosen."""
    return tuple(map(_cheapest, whatsapp_texts(messages)))


def whatsapp_texts(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """Return the messages that say a reply on WhatsApp, where no letter costs more than another."""
    return split(in_order(as_text(messages)), LONGEST_SMS)[-MOST_SMS:]  # the end asks


def fits(messages: tuple[Message, ...]) -> bool:
    """Say whether a reply can be sent whole by Twilio."""
    if sum(len(message.text) for message in messages) < SURELY_FITS:
        return True
    parts = split(as_text(messages), LONGEST_SMS)
    return len(parts) <= MOST_SMS and sum(map(_size, parts)) <= MOST_TWIML


def _size(part: str) -> int:
    return len(escape(part).encode("utf-8", "replace"))


def _cheapest(part: str) -> str:
    folded = fold(part)
    return folded if len(folded) <= LONGEST_SMS else part  # one sign may become three


def is_provider_word(body: str) -> bool:
    """Say whether it is a word that Twilio itself answers on a long number."""
    return body.strip().casefold() in PROVIDER_ANSWERS


def telegram_message(messages: tuple[Message, ...]) -> tuple[str, str, Message | None]:
    """Return what comes before the question of a reply, the question, and it again where it has buttons."""
    *before, last = messages
    head = in_order("\n\n".join(message.text for message in before))
    return head, in_order(last.text), last if last.options else None


def in_order(text: str) -> str:
    """Return a text that is written from right to left with its numbers in one piece.

    Spaces part a number into groups that would then stand in reverse; a no-break space does not
    (Unicode's UAX #9, W4: it is a common separator).
    """
    return _BETWEEN_DIGITS.sub("\u00a0", text) if _RIGHT_TO_LEFT.search(text) else text


def without_slash(text: str) -> str:
    """Read "/help@our_bot" as "help", and "/start CODE" as "start"."""
    if not text.startswith("/"):
        return text
    command, space, rest = text[1:].partition(" ")
    command = command.partition("@")[0]
    return command if command == "start" else f"{command}{space}{rest}"
