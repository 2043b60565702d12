"""What the pages of the web chat show: turns as exchanges, sentences as pieces. Reads no request."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from markupsafe import Markup, escape

from bot.core.asking import Knowledge
from bot.core.phrases import Language, Phrase, Phrasebook
from bot.store import Turn
from bot.wording import Labelled, Message

# Shown left to right whatever surrounds them: in an Arabic sentence "01642 607943" would swap its halves.
_RUN = re.compile(
    r"(?P<code>(?<!\d)\d{4}(?:\.\d{4}){3}(?!\d))"
    r"|(?P<reference>\b[A-Z][0-9A-Z]{3}-[0-9A-Z]{4}\b)"
    r"|(?P<run>\+?\d[\d ]{3,}\d|\b[\w.+-]+(?:@[\w-]+)?(?:\.[a-z]{2,})+\b)",
    re.ASCII,
)
# Where many would read a long menu aloud: the number and name of a read-back line stay together.


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence. `spoken` says a code character by character."""

    text: str
    isolated: bool = False
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a page draws it: lines of pieces."""

    lines: tuple[tuple[Piece, ...], ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person said and what they were answered, in which language."""

    said: str
    messages: tuple[Said, ...]
    language: Language
    question: Message


NOTHING_ASKED = Message("")


def exchanges(turns: Iterable[Turn], knowledge: Knowledge, language: Language) -> tuple[Exchange, ...]:
    """Return turns as a page shows them; `language` is for a turn that does not tell its own."""
    found: list[Exchange] = []
    before = NOTHING_ASKED
    for turn in turns:
        language = spoken(turn.messages, knowledge) or language
        question = turn.messages[-1] if turn.messages else NOTHING_ASKED
        messages = tuple(_drawn(message) for message in turn.messages)
        found.append(Exchange(_by_label(turn.said, before.options), messages, language, question))
        before = question
    return tuple(found)


def pieces(text: str) -> tuple[Piece, ...]:
    """Cut a line where a number, an address, a reference or a code stands in it."""
    return tuple(_pieces(text))


def isolated(text: str) -> Markup:
    """Return a sentence with its numbers kept left to right, for a template."""
    return Markup("").join(
        Markup('<bdi dir="ltr">{}</bdi>').format(piece.text) if piece.isolated else escape(piece.text)
        for piece in pieces(text)
    )


def spoken(messages: Sequence[Message], knowledge: Knowledge) -> Language | None:
    """Return the language messages are in, by the sentences known word for word."""
    known = _sentences(knowledge)
    texts = (text for message in messages for text in (message.text, *_labels(message.options)))
    codes = [known[text] for text in texts if text in known]
    if not codes:
        return None
    return knowledge.phrasebook.language(next((code for code in codes if code != "en"), "en"))


def _labels(options: Iterable[Labelled]) -> Iterator[str]:
    return (option.label for option in options)


@lru_cache(maxsize=2)
def _sentences(knowledge: Knowledge) -> dict[str, str]:
    """Return the language of every sentence of the flows; where two share one, the first of them."""
    phrasebook = knowledge.phrasebook
    return {
        phrasebook.text(phrase, language.code): language.code
        for language in reversed(phrasebook.languages)
        for phrase in _phrases(knowledge)
    }


def _phrases(knowledge: Knowledge) -> Iterator[Phrase]:
    texts = knowledge.texts
    for field in fields(texts):
        if not field.name.endswith("_words"):
            yield getattr(texts, field.name)
    for flow in knowledge.flows.values():
        for step in flow.steps:
            yield step.ask
            yield from (choice.label for choice in step.choices)


def _by_label(said: str, options: Sequence[Labelled]) -> str:
    """Return what was pressed as it stood on the buttons, anything else as it was written."""
    labels = {option.value: option.label for option in options}
    values = said.split(", ")
    return ", ".join(labels[value] for value in values) if all(v in labels for v in values) else said


def _drawn(message: Message) -> Said:
    lines = tuple(pieces(line) for line in message.text.split("\n") if line.strip())
    return Said(lines, bool(message.step))


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


def page_text(phrasebook: Phrasebook, language: str, context: str, text: str) -> str:
    """Return a phrase of a page in that language."""
    return phrasebook.text(Phrase(context, text), language)
