"""Text to value, one small function per kind of step. Asking again is allowed, guessing is not."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from bot.core.conversation import Answer, Day, Inbound
from bot.core.flow import Kind, Step
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.texts import Texts
from casebridge.report import AnswerState, Value

NEAR = 0.85  # how alike a misspelt label must be
NEAR_MARGIN = 0.10  # and how much more than the next one
NEAR_LENGTH = 4  # shorter words are too easily another word ("now" and "no")
PLACE_LETTERS = 4  # fewer are no place: "no", "?", "12"
PLAIN = (Kind.CONSENT, Kind.REVIEW)  # only a number, a label or one of its words will do
_DIGITS = re.compile(r"\d+")
_ATTACHED = (r"\s+و(?=\w{3})",)  # Arabic writes "and" onto the next word
_BETWEEN = re.compile(r"[\s,;/&+.،、]+")


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


Understood = Answer | Doubt


def understand(step: Step, inbound: Inbound, reading: Reading, said: str | None = None) -> Understood:
    """Read a message as the answer to one step; `said` is its normal form where that is known."""
    pressed = inbound.pressed
    if pressed is not None and pressed.step == step.name:
        return _pressed(step, pressed.values, inbound, reading)
    said = normal(inbound.text) if said is None else said
    if said in reading.phrasebook.normal_words(reading.texts.ambiguous_words, reading.language):
        said = ""  # Polish "no" is a yes: it is asked again rather than taken for either
    if step.kind in PLAIN:
        value = _one(step, said, reading) if said else None
        return Doubt.NOT_AN_ANSWER if value is None else _answer(value, inbound, reading)
    if not said:
        return Doubt.UNCLEAR
    if _says_unknown(step, said, reading):
        return _answer(None, inbound, reading)
    found = _BY_KIND[step.kind](step, said, inbound, reading)
    return found if isinstance(found, Doubt) else _answer(found, inbound, reading)


def is_word(said: str, phrase: Phrase, reading: Reading) -> bool:
    """Say whether the whole message is one of the words of `phrase`, here or in English."""
    return said in _words(phrase, reading.language, reading.phrasebook)


def was_near(step: Step, said: str, reading: Reading) -> bool:
    """Say whether a message was taken for a choice it does not spell."""
    return step.kind in (Kind.CHOICE, Kind.YES_NO) and _one(step, said, reading) is None


def labels_of(step: Step, values: Iterable[str]) -> tuple[Phrase, ...]:
    """Return the labels of chosen values, in the order they were chosen."""
    return tuple(choice.label for value in values if (choice := step.choice(value)))


def _answer(value: Value, inbound: Inbound, reading: Reading) -> Answer:
    """Return the answer with that value; without one the person does not know."""
    state = AnswerState.DONT_KNOW if value is None else AnswerState.ANSWERED
    said = "" if value == inbound.text.strip() else inbound.text  # their words are the value: once is enough
    return Answer(state, value, said, reading.language, inbound.at.isoformat())


def _pressed(step: Step, values: tuple[str, ...], inbound: Inbound, reading: Reading) -> Understood:
    known = tuple(dict.fromkeys(value for value in values if step.choice(value)))
    if not known:
        return Doubt.UNCLEAR
    value: Value = known[0]
    if step.kind is Kind.CHOICES:
        value = known
    elif step.kind is Kind.PLACE:
        value = {"kind": known[0]}
    elif step.kind is Kind.DATE:
        value = _named_day(known[0], inbound, reading)
    return _answer(value, inbound, reading)


def _says_unknown(step: Step, said: str, reading: Reading) -> bool:
    if not step.skip or said in _aliases(step, reading.language, reading.phrasebook):
        return False
    return is_word(said, reading.texts.dont_know_words, reading)


def _choice(step: Step, said: str, _inbound: Inbound, reading: Reading) -> Value | Doubt:
    value = _one(step, said, reading)
    return value if value is not None else _near(step, said, reading)


def _choices(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    whole = _one(step, said, reading)
    if whole is not None:
        return (whole,)
    ands = _words(reading.texts.and_words, reading.language, reading.phrasebook)
    pieces = [token for token in _BETWEEN.split(_DIGITS.sub(r" \g<0> ", said)) if token and token not in ands]
    if len(pieces) == 1:
        near = _near(step, said, reading)
        return near if isinstance(near, Doubt) else (near,)
    if not all(map(str.isdecimal, pieces)):
        between = (rf"\s{re.escape(word)}\s" for word in sorted(ands))
        splits = "|".join((r"[,;/&+\n،、]", *between, *_ATTACHED))
        pieces = [piece for piece in map(normal, re.split(splits, inbound.text.lower())) if piece]
    found = [_choice(step, piece, inbound, reading) for piece in pieces]
    values = tuple(dict.fromkeys(value for value in found if isinstance(value, str)))
    clear = found and not any(isinstance(value, Doubt) for value in found)
    if clear:
        return values
    near = _near(step, said, reading)  # a misspelt label that itself holds a comma
    return near if isinstance(near, Doubt) else (near,)


def _text(_step: Step, _said: str, inbound: Inbound, _reading: Reading) -> Value | Doubt:
    text = inbound.text.strip()
    return text if any(map(str.isalnum, text)) else Doubt.UNCLEAR


def _place(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    kind = _one(step, said, reading)
    if kind is not None:
        return {"kind": kind}
    text = inbound.text.strip()
    outcode = reading.readers.outcode(text)
    if outcode:
        return {"kind": "described", "text": text, "outcode": outcode}
    if sum(map(str.isalpha, text)) < PLACE_LETTERS or is_word(said, reading.texts.filler_words, reading):
        return Doubt.UNCLEAR
    return {"kind": "described", "text": text}


def _date(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    named = _one(step, said, reading)
    if named is not None:
        return _named_day(named, inbound, reading)
    day = reading.readers.day(inbound.text, reading.language, inbound.at)
    if isinstance(day, Day):
        return day.value()
    near = _near(step, said, reading) if day is Doubt.UNCLEAR else day
    return near if isinstance(near, Doubt) else _named_day(near, inbound, reading)


def _named_day(name: str, inbound: Inbound, reading: Reading) -> Mapping[str, str] | None:
    """Read one of the offered days ("today", "yesterday"); None for "not sure"."""
    day = reading.readers.day(name, ENGLISH, inbound.at)
    return None if isinstance(day, Doubt) else day.value()


def _contact(_step: Step, _said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    return reading.readers.contact(inbound.text) or Doubt.UNCLEAR


def _code(_step: Step, _said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    return reading.readers.code(inbound.text)


_BY_KIND: Mapping[Kind, Callable[[Step, str, Inbound, Reading], Value | Doubt]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _choice,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.PLACE: _place,
    Kind.CONTACT: _contact,
    Kind.CODE: _code,
}


def _one(step: Step, said: str, reading: Reading) -> str | None:
    """Find the one choice whose number, label or other word is the whole message."""
    for words in _unwrapped(step, said, reading):
        if words.isdecimal():
            index = int(words) - 1 if len(words) <= 2 else -1
            return step.choices[index].value if 0 <= index < len(step.choices) else None
        value = _aliases(step, reading.language, reading.phrasebook).get(words)
        if value is not None:
            return value
    return None


def _unwrapped(step: Step, said: str, reading: Reading) -> Iterator[str]:
    """Yield a message as it is, then without "please", "number" or "on the" around the answer."""
    yield said
    texts = reading.texts
    polite = _longest_first(texts.polite_words, reading)
    while said.endswith(polite) and (word := next((w for w in polite if said.endswith(f" {w}")), None)):
        said = said.removesuffix(f" {word}").rstrip(" ,.!")
    yield said
    before, _, number = said.rpartition(" ")
    if number.isdecimal() and is_word(before, texts.number_words, reading):
        yield number
    if step.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.PLACE):
        return
    leading = _longest_first(texts.leading_words, reading)
    while said.startswith(leading) and (
        word := next((word for word in leading if said.startswith(f"{word} ")), None)
    ):
        said = said.removeprefix(f"{word} ")
        if not is_word(said, texts.filler_words, reading):  # "on no" is no "no"
            yield said


def _first_of(words: tuple[str, ...], said: str) -> str:
    """Return which of the words, longest first, a message of several begins with."""
    if not said.startswith(words):
        return ""
    return next((word for word in words if said.startswith(f"{word} ")), "")


def _near(step: Step, said: str, reading: Reading) -> str | Doubt:
    """Find the one choice that a slip of the finger away is the whole message."""
    best: dict[str, float] = {}
    matcher = SequenceMatcher(None, b=said)
    for alias, value in _aliases_from(step, said[:1], reading.language, reading.phrasebook):
        if _may_be_a_slip(said, alias):
            matcher.set_seq1(alias)
            ratio = matcher.ratio() if matcher.real_quick_ratio() >= NEAR else 0.0
            best[value] = max(best.get(value, 0.0), ratio)
    ranked = sorted(best, key=best.__getitem__, reverse=True)
    if not ranked or best[ranked[0]] < NEAR:
        return Doubt.UNCLEAR
    if len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < NEAR_MARGIN:
        return Doubt.UNCLEAR
    return ranked[0]


@lru_cache(maxsize=4096)
def _aliases_from(
    step: Step, letter: str, language: str, phrasebook: Phrasebook
) -> tuple[tuple[str, str], ...]:
    """Return what may be typed for a choice and begins with one letter: a slip begins alike."""
    aliases = _aliases(step, language, phrasebook)
    return tuple((alias, value) for alias, value in aliases.items() if alias.startswith(letter))


def _may_be_a_slip(said: str, alias: str) -> bool:
    """Say whether only longer words differ, and each still starts alike.

    Otherwise "no harassment" is near to "harassment", and "they disagree" to "they agree".
    """
    if abs(len(alias) - len(said)) > 3:
        return False
    words, others = said.split(" "), alias.split(" ")
    pairs = [(word, other) for word, other in zip(words, others, strict=False) if word != other]
    return len(words) == len(others) and all(
        word[0] == other[0] and min(len(word), len(other)) >= NEAR_LENGTH for word, other in pairs
    )


def _longest_first(phrase: Phrase, reading: Reading) -> tuple[str, ...]:
    return _sorted_words(phrase, reading.language, reading.phrasebook)


@lru_cache(maxsize=256)
def _sorted_words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> tuple[str, ...]:
    return tuple(sorted(_words(phrase, language, phrasebook), key=len, reverse=True))


@lru_cache(maxsize=4096)
def _aliases(step: Step, language: str, phrasebook: Phrasebook) -> dict[str, str]:
    """Return everything that may be typed for a choice; a word of two choices means neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for choice in step.choices:
        for alias in aliases_of(choice.label, choice.words, language, phrasebook):
            if found.setdefault(alias, choice.value) != choice.value:
                twice.add(alias)
    return {alias: value for alias, value in found.items() if alias not in twice}


def aliases_of(label: Phrase, words: Phrase | None, language: str, phrasebook: Phrasebook) -> frozenset[str]:
    """Return the label and the other words of one choice, in its language and in English."""
    found = {normal(phrasebook.text(label, code)) for code in (language, ENGLISH)}
    return frozenset((found | _words(words, language, phrasebook) if words else found) - {""})


def _words(phrase: Phrase, language: str, phrasebook: Phrasebook) -> frozenset[str]:
    here = phrasebook.normal_words(phrase, language)
    return here if language == ENGLISH else here | phrasebook.normal_words(phrase, ENGLISH)
