"""Replies put into one language: a `Message` is plain text and labelled options. Pure.

Every channel draws from these; what is stored for a repeated webhook is these very words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
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

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Message":
        options = tuple(Labelled(**option) for option in stored.pop("options"))
        return cls(**{**stored, "options": options, "entry": Entry(stored["entry"])})


def put_into_words(
    replies: Iterable[Reply], language: str, phrasebook: Phrasebook, texts: Texts
) -> tuple[Message, ...]:
    """Say replies in one language; a reply marked `line` joins the one before it."""
    messages: list[Message] = []
    for reply in replies:
        if reply.options and not reply.values:  # the same object every time a step is asked
            messages.append(_question(reply, language, phrasebook, texts))
            continue
        text = sentence(reply, language, phrasebook, texts)
        if reply.line and messages:
            messages[-1] = Message(f"{messages[-1].text}\n{text}", language)
            continue
        messages.append(_message(reply, text, language, phrasebook, texts))
    return tuple(messages)


def _message(reply: Reply, text: str, language: str, phrasebook: Phrasebook, texts: Texts) -> Message:
    options = tuple(Labelled(o.value, phrasebook.text(o.label, language)) for o in reply.options)
    hint = phrasebook.text(texts.several_hint, language) if reply.several else ""
    return Message(text, language, reply.step, options, reply.several, reply.numbered, reply.entry, hint=hint)


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
    match value:
        case str():
            return value
        case Phrase():
            return phrasebook.text(value, language)
        case Day():
            return _day(value, language, phrasebook, texts)
        case _:
            joined = phrasebook.text(texts.and_next, language)
            labels = (phrasebook.text(phrase, language) for phrase in value)
            return reduce(lambda first, second: joined.format(first=first, next=second), labels)


def as_text(messages: Iterable[Message]) -> str:
    """Write messages as one text for a channel without buttons: options get numbers."""
    return "\n\n".join(_with_numbers(message) for message in messages)


def _with_numbers(message: Message) -> str:
    if not message.options or not message.numbered:
        return message.text
    lines = (f"{number} {option.label}" for number, option in enumerate(message.options, 1))
    asked = f"{message.text} {message.hint}" if message.hint else message.text
    return "\n".join((asked, *lines))


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
