"""Text to value, one small function per kind of step. Asking again is allowed, guessing is not."""

import re
from collections.abc import Callable, Iterable, Mapping

from bot.core.choosing import aliases, is_word, near_one, one_of, words_of
from bot.core.conversation import Answer, Day, Inbound
from bot.core.flow import Kind, Step
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase
from bot.core.reading import Doubt, Reading
from casebridge.report import AnswerState, Value

NOTHING = frozenset({"none", "neither"})  # values that leave no room for another
PLACE_LETTERS = 4  # fewer are no place: "no", "?", "12"
PLAIN = (Kind.CONSENT, Kind.PERMISSION, Kind.REVIEW)  # only a number, a label or one of its words will do
_DIGITS = re.compile(r"\d+")
_ATTACHED = (r"\s+و(?=\w{3})",)  # Arabic writes "and" onto the next word
_ASKS = ("?", "؟", "？")
_BETWEEN = re.compile(r"[\s,;/&+.،、]+")


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
        value = _plain(step, said, inbound, reading)
        return Doubt.NOT_AN_ANSWER if value is None else _answer(value, inbound, reading)
    if not said:
        return Doubt.UNCLEAR
    if _says_unknown(step, said, reading):
        return _answer(None, inbound, reading)
    if step.kind is Kind.TEXT and step.skip and is_word(said, reading.texts.nothing_words, reading):
        return _answer(None, inbound, reading)._replace(state=AnswerState.SKIPPED)
    found = _BY_KIND[step.kind](step, said, inbound, reading)
    return found if isinstance(found, Doubt) else _answer(found, inbound, reading)


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
    if step.kind in (Kind.CHOICES, Kind.THEMES):
        if _contradicts_itself(known):
            return Doubt.UNCLEAR
        value = known
    elif step.kind is Kind.PLACE:
        value = {"kind": known[0]}
    elif step.kind is Kind.DATE:
        value = _named_day(known[0], inbound, reading)
    return _answer(value, inbound, reading)


def _contradicts_itself(values: tuple[str, ...]) -> bool:
    """Say whether "none" was chosen beside something."""
    return len(values) > 1 and not NOTHING.isdisjoint(values)


def _says_unknown(step: Step, said: str, reading: Reading) -> bool:
    if not step.skip or said in aliases(step, reading.language, reading.phrasebook):
        return False
    return is_word(said, reading.texts.dont_know_words, reading)


def _plain(step: Step, said: str, inbound: Inbound, reading: Reading) -> str | None:
    """Find the one choice that is said in so many words; "yes?" asks back and agrees to nothing."""
    if not said or inbound.text.rstrip().endswith(_ASKS):
        return None
    return one_of(step, said, reading) or one_of(step, said.replace(", ", " "), reading)  # "yes, everything"


def _choice(step: Step, said: str, _inbound: Inbound, reading: Reading) -> Value | Doubt:
    value = one_of(step, said, reading)
    return value if value is not None else near_one(step, said, reading)


def _choices(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    whole = one_of(step, said, reading)
    if whole is not None:
        return (whole,)
    ands = words_of(reading.texts.and_words, reading.language, reading.phrasebook)
    pieces = [token for token in _BETWEEN.split(_DIGITS.sub(r" \g<0> ", said)) if token and token not in ands]
    if len(pieces) == 1:
        near = near_one(step, said, reading)
        return near if isinstance(near, Doubt) else (near,)
    if not all(map(str.isdecimal, pieces)):
        between = (rf"\s{re.escape(word)}\s" for word in sorted(ands))
        splits = "|".join((r"[,;/&+\n،、]", *between, *_ATTACHED))
        pieces = [piece for piece in map(normal, re.split(splits, inbound.text.lower())) if piece]
    found = [_choice(step, piece, inbound, reading) for piece in pieces]
    values = tuple(dict.fromkeys(value for value in found if isinstance(value, str)))
    clear = found and not any(isinstance(value, Doubt) for value in found)
    if clear:
        return Doubt.UNCLEAR if _contradicts_itself(values) else values
    near = near_one(step, said, reading)  # a misspelt label that itself holds a comma
    return near if isinstance(near, Doubt) else (near,)


def _text(_step: Step, _said: str, inbound: Inbound, _reading: Reading) -> Value | Doubt:
    text = inbound.text.strip()
    return text if any(map(str.isalnum, text)) else Doubt.UNCLEAR


def _place(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    kind = one_of(step, said, reading)
    if kind is not None:
        return {"kind": kind}
    text = inbound.text.strip()
    outcode = reading.readers.outcode(text)
    if outcode:
        return {"kind": "described", "text": text, "outcode": outcode}
    if sum(map(str.isalpha, text)) < PLACE_LETTERS or text.endswith(_ASKS):
        return Doubt.UNCLEAR
    return Doubt.UNCLEAR if _is_no_place(step, said, reading) else {"kind": "described", "text": text}


def _is_no_place(step: Step, said: str, reading: Reading) -> bool:
    """Say whether this is only small words, or says where it was not: "go away", "no not at home"."""
    rest = _without_fillers(said, reading)
    named = rest != said and one_of(step, rest, reading) is not None
    return named or is_word(said, reading.texts.filler_words, reading)


def _without_fillers(said: str, reading: Reading) -> str:
    """Return a message without "no", "not" or "maybe" at its start."""
    fillers = sorted(words_of(reading.texts.filler_words, reading.language, reading.phrasebook), key=len)
    while word := next((word for word in reversed(fillers) if said.startswith(f"{word} ")), ""):
        said = said.removeprefix(f"{word} ")
    return said


def _date(step: Step, said: str, inbound: Inbound, reading: Reading) -> Value | Doubt:
    named = one_of(step, said, reading)
    if named is not None:
        return _named_day(named, inbound, reading)
    if _without_fillers(said, reading) != said:  # "not today", "after monday"
        return Doubt.UNCLEAR
    day = reading.readers.day(inbound.text, reading.language, inbound.at)
    if isinstance(day, Day):
        return day.value()
    near = near_one(step, said, reading) if day is Doubt.UNCLEAR else day
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
    Kind.THEMES: _choices,
    Kind.YES_NO: _choice,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.PLACE: _place,
    Kind.CONTACT: _contact,
    Kind.CODE: _code,
}
