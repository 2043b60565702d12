"""What the pages of the web chat show: turns as exchanges, sentences as pieces. Reads no request."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from markupsafe import Markup, escape

from bot.core.asking import Knowledge
from bot.core.conversation import Entry
from bot.core.flow import Kind
from bot.core.phrases import Language, Phrase, Phrasebook
from bot.store import Turn
from bot.wording import Labelled, Message

# Shown left to right whatever surrounds them: in an Arabic sentence "01642 607943" would swap its halves.
_RUN = re.compile(
    r"(?P<code>(?<!\d)\d{4}(?:\.\d{4}){3}(?!\d))"
    r"|(?P<reference>\b[A-Z][0-9A-Z]{3}-[0-9A-Z]{4}\b)"
    r"|(?P<run>\+?\d[\d ]{3,}\d|\d+(?: \d+)+|\b[\w.+-]+(?:@[\w-]+)?(?:\.[a-z]{2,})+\b)",
    re.ASCII,
)
_READ_BACK = re.compile(r"^(\d+)\. (.+?): ", re.MULTILINE)  # texts.yaml: review_line, review_consent_line


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


NOTHING_ASKED = Message("")


def exchanges(turns: Iterable[Turn], knowledge: Knowledge, language: Language) -> tuple[Exchange, ...]:
    """Return turns as a page shows them; `language` is for a turn that does not tell its own."""
    found: list[Exchange] = []
    for turn in turns:
        language = spoken(turn.messages, knowledge) or language
        labels = (
            {option.value: option.label for option in found[-1].question.options}
            if found
            else _last_labels(knowledge, language)
        )
        messages = tuple(_drawn(message) for message in turn.messages)
        question = turn.messages[-1] if turn.messages else NOTHING_ASKED
        found.append(Exchange(_by_label(turn.said, labels), messages, language, question))
    return tuple(found)


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


def spoken(messages: Sequence[Message], knowledge: Knowledge) -> Language | None:
    """Return the language messages are in, by the sentences known word for word."""
    known = _sentences(knowledge)
    texts = (text for message in messages for text in (message.text, *_labels(message.options)))
    codes = [known[text] for text in texts if text in known]
    if not codes:
        return None
    return knowledge.phrasebook.language(next((code for code in codes if code != "en"), "en"))


def command_word(name: str, knowledge: Knowledge, language: str) -> str:
    """Return the first word that stands for a command in that language."""
    phrase: Phrase = getattr(knowledge.texts, f"{name}_words")
    return knowledge.phrasebook.words(phrase, language)[0]


def page_text(phrasebook: Phrasebook, language: str, context: str, text: str) -> str:
    """Return a phrase of a page in that language."""
    return phrasebook.text(Phrase(context, text), language)


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


def _last_labels(knowledge: Knowledge, language: Language) -> dict[str, str]:
    """Return the labels of the last question: once a report is sent, what came before is gone."""
    reviews = (step for flow in knowledge.flows.values() for step in flow.steps if step.kind is Kind.REVIEW)
    return {
        choice.value: knowledge.phrasebook.text(choice.label, language.code)
        for step in reviews
        for choice in step.choices
    }


def _by_label(said: str, labels: Mapping[str, str]) -> str:
    """Return what was pressed as it stood on the buttons, anything else as it was written."""
    values = said.split(", ")
    return ", ".join(labels[value] for value in values) if all(v in labels for v in values) else said


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
