"""What the pages of the web chat show: turns as exchanges, sentences as pieces. Reads no request."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup, escape

from bot.core.asking import Knowledge
from bot.core.conversation import Entry
from bot.core.phrases import Language, Phrase, Phrasebook
from bot.wording import Message

# Shown left to right whatever surrounds them: in an Arabic sentence "01642 607943" would swap its halves.
_RUN = re.compile(
    r"(?P<code>(?<!\d)\d{4}(?:\.\d{4}){3}(?!\d))"
    r"|(?P<reference>\b[A-Z][0-9A-Z]{3}-[0-9A-Z]{4}\b)"
    r"|(?P<run>\+?\d[\d ]{3,}\d|\d+(?: \d+)+|\b[\w.+-]+(?:@[\w-]+)?(?:\.[a-z]{2,})+\b)",
    re.ASCII,
)
_READ_BACK = re.compile(r"^(\d+)\. (.+?): ", re.MULTILINE)  # texts.yaml: review_line, review_consent_line


class Turn(Protocol):
    """What a person said and what they were answered, wherever it was kept."""

    @property
    def said(self) -> str: ...

    @property
    def messages(self) -> tuple[Message, ...]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence. `spoken` says a code character by character."""

    text: str
    isolated: bool = False
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer of the read-back."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a page draws it: rows of a read-back, else lines of pieces."""

    lines: tuple[tuple[Piece, ...], ...]
    rows: tuple[Row, ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person said and what they were answered, in which language."""

    said: str
    messages: tuple[Said, ...]
    language: Language
    question: Message


def exchanges(turns: Iterable[Turn], phrasebook: Phrasebook) -> tuple[Exchange, ...]:
    """Return turns as a page shows them. A turn without an answer, which is none, is left out."""
    return tuple(
        Exchange(
            turn.said,
            tuple(_drawn(message) for message in turn.messages),
            phrasebook.language(turn.messages[0].language),
            turn.messages[-1],
        )
        for turn in turns
        if turn.messages
    )


def takes_photos(turns: Iterable[Turn]) -> bool:
    """Say whether a picture can be sent: the story was asked for, and nothing has been sent since."""
    asked = (message for turn in turns for message in turn.messages)
    return any(message.entry is Entry.LONG and message.step == "story" for message in asked)


def pieces(text: str) -> tuple[Piece, ...]:
    """Cut a line where a number, an address, a reference or a code stands in it."""
    return tuple(_pieces(text))


def rows(text: str) -> tuple[Row, ...]:
    """Return the answers of a read-back, an answer of several lines in one; none of anything else."""
    starts: list[re.Match[str]] = []
    for match in _READ_BACK.finditer(text):
        if match[1] == str(len(starts) + 1):  # any other number stands in somebody's own words
            starts.append(match)
    if len(starts) < 2 or starts[0].start() != 0:
        return ()
    ends = (*(match.start() for match in starts[1:]), len(text))
    return tuple(
        Row(match[0].strip()[:-1], text[match.end() : end].strip())
        for match, end in zip(starts, ends, strict=True)
    )


def isolated(text: str) -> Markup:
    """Return a sentence with its numbers kept left to right, for a template."""
    return Markup("").join(
        Markup('<bdi dir="ltr">{}</bdi>').format(piece.text) if piece.isolated else escape(piece.text)
        for piece in pieces(text)
    )


def _drawn(message: Message) -> Said:
    lines = tuple(pieces(line) for line in message.text.split("\n") if line.strip())
    goes_on = message.entry is Entry.LONG and bool(message.options)  # a story that is being told
    return Said(lines, rows(message.text), bool(message.step) and not goes_on)


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for match in _RUN.finditer(text):
        if match.start() > end:
            yield Piece(text[end : match.start()])
        yield Piece(match[0], isolated=True, spoken="" if match["run"] else _spelt(match[0]))
        end = match.end()
    if end < len(text):
        yield Piece(text[end:])


def _spelt(code: str) -> str:
    """Return a code one character at a time, a pause between its groups."""
    return ", ".join(" ".join(group) for group in re.split(r"[.-]", code))


def command_word(name: str, knowledge: Knowledge, language: str) -> str:
    """Return the first word that stands for a command in that language."""
    phrase: Phrase = getattr(knowledge.texts, f"{name}_words")
    return knowledge.phrasebook.words(phrase, language)[0]


def page_text(phrasebook: Phrasebook, language: str, context: str, text: str, /, **values: object) -> str:
    """Return a phrase of a page in that language; without values its gaps stay, for the script to fill."""
    said = phrasebook.text(Phrase(context, text), language)
    return said % values if values else said
