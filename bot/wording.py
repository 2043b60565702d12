"""Replies put into one language: a `Message` is plain text and labelled options. Pure.

Every channel draws from these; what is stored for a repeated webhook is these very words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, get_month_names

from bot.core.conversation import Day, Entry, Reply, Sayable
from bot.core.phrases import Phrase, Phrasebook
from bot.core.texts import Texts


@dataclass(frozen=True, slots=True)
class Labelled:
    """An option as a person sees it; `value` is what pressing it sends."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said to a person. `step` and the option's value come back when it is pressed."""

    text: str
    language: str
    step: str = ""
    options: tuple[Labelled, ...] = ()
    several: bool = False
    numbered: bool = True
    entry: Entry = Entry.SHORT
    hint: str = ""  # how several are chosen where there are no boxes to tick
    token: str = ""  # goes with its buttons; whoever presses one brings it back
    send: str = ""  # on the button that sends what is ticked
    clears: int = 0  # remove the chat's messages from this number on
    unless_cleared: str = ""  # said instead where that cannot be

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Message":
        options = tuple(Labelled(**option) for option in stored.pop("options"))
        return cls(**{**stored, "options": options, "entry": Entry(stored["entry"])})


def put_into_words(
    replies: Iterable[Reply], language: str, phrasebook: Phrasebook, texts: Texts
) -> tuple[Message, ...]:
    """Say replies in one language; a reply marked `line` joins the one before it."""
    messages: list[Message] = []
    lines: list[str] = []  # of the message being put together
    for reply in replies:
        if reply.line:
            lines.append(sentence(reply, language, phrasebook, texts))
            continue
        if lines:
            messages.append(Message("\n".join(lines), language))
            lines = []
        if reply.step or reply.options:
            messages.append(_asked(reply, language, phrasebook, texts))
        elif reply.unless_cleared:
            text, instead = (phrasebook.text(it, language) for it in (reply.phrase, reply.unless_cleared))
            messages.append(Message(text, language, clears=reply.clears, unless_cleared=instead))
        else:
            lines.append(sentence(reply, language, phrasebook, texts))
    if lines:
        messages.append(Message("\n".join(lines), language))
    return tuple(messages)


def _asked(reply: Reply, language: str, phrasebook: Phrasebook, texts: Texts) -> Message:
    if reply.values:
        text = sentence(reply, language, phrasebook, texts)
        return _message(reply, text, language, phrasebook, texts)
    return _question(reply, language, phrasebook, texts)


def _message(reply: Reply, text: str, language: str, phrasebook: Phrasebook, texts: Texts) -> Message:
    options = tuple(Labelled(o.value, phrasebook.text(o.label, language)) for o in reply.options)
    message = Message(text, language, reply.step, options, reply.several, reply.numbered, reply.entry)
    if not reply.several:
        return message
    hint, send = (phrasebook.text(it, language) for it in (texts.several_hint, texts.send_ticked))
    return replace(message, hint=hint, send=send)


@lru_cache(maxsize=4096)
def _question(reply: Reply, language: str, phrasebook: Phrasebook, texts: Texts) -> Message:
    return _message(reply, phrasebook.text(reply.phrase, language), language, phrasebook, texts)


def sentence(reply: Reply, language: str, phrasebook: Phrasebook, texts: Texts) -> str:
    """Say one reply without its options."""
    text = phrasebook.text(reply.phrase, language)
    if not reply.values:
        return text
    values = {name: say(value, language, phrasebook, texts) for name, value in reply.values.items()}
    return text.format_map(values)


def say(value: Sayable, language: str, phrasebook: Phrasebook, texts: Texts) -> str:
    """Say what stands in a gap: words as they are, phrases translated, days as that language writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, Phrase):
        return phrasebook.text(value, language)
    if isinstance(value, Day):
        return _day(value, language, phrasebook, texts)
    said, *others = (phrasebook.text(phrase, language) for phrase in value)
    for other in others:
        said = phrasebook.text(texts.and_next, language).format(first=said, next=other)
    return said


def as_text(messages: Iterable[Message]) -> str:
    """Write messages as one text for a channel without buttons: options get numbers."""
    return "\n\n".join(_with_numbers(message) for message in messages)


def _with_numbers(message: Message) -> str:
    if not message.options or not message.numbered:
        return message.text
    lines = (f"{number} {option.label}" for number, option in enumerate(message.options, 1))
    asked = f"{message.text} {message.hint}" if message.hint else message.text
    return "\n".join((asked, *lines))


@lru_cache(maxsize=1024)
def _day(day: Day, language: str, phrasebook: Phrasebook, texts: Texts) -> str:
    locale = Locale.parse(phrasebook.language(language).formats)
    if day.precision == "month":
        return f"{get_month_names('wide', 'stand-alone', locale)[day.day.month]} {day.day.year}"
    said = format_date(day.day, "full", locale)
    if day.precision == "week":
        return phrasebook.text(texts.around_day, language).format(day=said)
    if day.part:
        part = phrasebook.text(getattr(texts, f"part_{day.part}"), language)
        return phrasebook.text(texts.day_part, language).format(day=said, part=part)
    return said
