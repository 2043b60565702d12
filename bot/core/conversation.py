"""What was said: messages in, answers understood, replies not yet in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from bot.core.phrases import Phrase
from casebridge.report import AnswerState, Value


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button or ticked boxes of one question."""

    step: str
    values: tuple[str, ...]


class Refusal(StrEnum):
    """Why a picture was not kept."""

    TOO_BIG = "too_big"  # more bytes than we read
    TOO_MANY_PIXELS = "too_many_pixels"
    NOT_A_PICTURE = "not_a_picture"
    NOT_FETCHED = "not_fetched"  # the provider did not hand it over
    TOO_MANY = "too_many"
    NOT_NOW = "not_now"  # before the story is asked for, or after the report was sent


class Attached(StrEnum):
    """What a message is or holds beside words and pictures."""

    RECORDING = "recording"  # sound or film
    LOCATION = "location"
    CARD = "card"  # the sender's own contact card; its number comes as the words
    FORWARDED = "forwarded"  # words that somebody else may have written
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a person, with everything the answer to it may depend on."""

    text: str
    at: datetime
    pressed: Pressed | None = None
    language: str | None = None  # chosen beside the message: a link on the web page
    reference: str = ""  # to be used should this message send a report
    code: str = ""  # the return code to go with it
    addition: str = ""  # the id of what it adds to a report sent before
    attachment: bool = False  # something that is not words came with it
    photos: tuple[str, ...] = ()  # ids of the pictures in it that are kept, or fetched later
    refused: Refusal | None = None  # why others were not
    given_up: Mapping[str, Refusal] = field(default_factory=dict)  # of those sent before, and why
    overtaken: bool = False  # written before something of theirs that was taken already
    late: bool = False  # found later: nobody hears what is replied
    attached: Attached | None = None
    number: int = 0  # of the message in its chat, 0 where messages have none
    edits: int = 0  # the number of the message whose words these replace
    serial: int = 0  # the provider's own count


class Answer(NamedTuple):
    """What one question was answered with. A tuple, because every turn reads them all back."""

    state: AnswerState
    value: Value
    said: str
    language: str
    at: str  # ISO 8601, UTC
    wording: str = ""  # of a consent: the very words shown

    def has(self, code: str) -> bool:
        """Say whether this value is among them."""
        value = self.value
        return value == code if isinstance(value, str) else code in self.codes

    @property
    def codes(self) -> tuple[str, ...]:
        """The values a condition can look at."""
        value = self.value
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if isinstance(value, tuple):
            return value
        return (value.get("kind", "given"),)


_STATES: Mapping[str, AnswerState] = {state.value: state for state in AnswerState}


class Stage(StrEnum):
    """Where a conversation stands as a whole."""

    OPEN = "open"
    PAUSED = "paused"  # the person said LATER, or was told to get safe first
    STOPPED = "stopped"  # the person opted out of messages
    SENT = "sent"  # the report is sealed; nothing of it is left here
    OVER = "over"  # somebody came back with a code and was told


class Written(NamedTuple):
    """A message taken from a person, so that editing it can correct the answer it gave."""

    number: int
    step: str = ""  # whose answer it gave or was meant to give
    serial: int = 0
    start: int = 0  # where its words stand in the story
    length: int = 0


class Conversation(NamedTuple):
    """Everything remembered of a conversation. There is no position: it is derived."""

    channel: str
    flow: str
    version: str
    language: str | None = None
    stage: Stage = Stage.OPEN
    answers: Mapping[str, Answer] = MappingProxyType({})
    parts: tuple[str, ...] = ()  # of a story that is still being told
    misses: int = 0  # how often in a row the current question was not understood
    shown: str = ""  # the words of the consent question now open
    choosing: str = ""  # a side question now open: "language", or "change", which answer
    reference: str | None = None  # of the report that was sent
    practice: bool = False  # nothing of it can ever be sent
    photos: tuple[str, ...] = ()  # ids of the pictures kept for the report, in order
    heard: str = ""  # when the last message came: ISO 8601, UTC
    serial: int = 0  # the highest of the provider's own count
    code_id: str = ""  # in hex: what finds it by the code it was put off with
    written: tuple[Written, ...] = ()  # the last messages, where messages have numbers
    begun: tuple[tuple[str, int], ...] = ()  # the first message's number of each hour, for clearing the chat

    def stored(self) -> dict[str, Any]:
        """Return it as plain values, the form it is kept in between two turns."""
        stored: dict[str, Any] = {
            "channel": self.channel,
            "flow": self.flow,
            "version": self.version,
            "language": self.language,
            "stage": self.stage,
            "answers": {name: list(answer) for name, answer in self.answers.items()},
            "parts": self.parts,
            "misses": self.misses,
            "shown": self.shown,
            "choosing": self.choosing,
            "reference": self.reference,
            "practice": self.practice,
            "heard": self.heard,
        }
        if self.photos:  # as nearly never
            stored["photos"] = self.photos
        if self.serial:
            stored["serial"] = self.serial
        if self.code_id:
            stored["code_id"] = self.code_id
        if self.written:
            stored["written"] = [tuple(line) for line in self.written]
        if self.begun:
            stored["begun"] = self.begun
        return stored

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """Read it back from plain values."""
        stored["stage"] = _STAGES[stored["stage"]]
        stored["parts"] = tuple(stored["parts"])
        if "photos" in stored:
            stored["photos"] = tuple(stored["photos"])
        if "written" in stored:
            stored["written"] = tuple(Written(*row) for row in stored["written"])
        if "begun" in stored:
            stored["begun"] = tuple((hour, number) for hour, number in stored["begun"])
        rows = stored["answers"]
        for row in rows.values():
            row[0] = _STATES[row[0]]
            if type(row[1]) is list:
                row[1] = tuple(row[1])
        stored["answers"] = {name: tuple.__new__(Answer, row) for name, row in rows.items()}
        return cls(**stored)


_STAGES: Mapping[str, Stage] = {stage.value: stage for stage in Stage}


@dataclass(frozen=True, slots=True)
class Day:
    """A day as far as it is known; part is "", "morning", "afternoon", "evening" or "night"."""

    day: date
    precision: str = "day"  # day, week, month
    part: str = ""

    def value(self) -> dict[str, str]:
        value = {"kind": "day", "day": self.day.isoformat(), "precision": self.precision}
        return value | {"part": self.part} if self.part else value

    @classmethod
    def of(cls, value: Mapping[str, str]) -> Self:
        return cls(date.fromisoformat(value["day"]), value["precision"], value.get("part", ""))


Sayable = str | Phrase | Day | tuple[Phrase, ...]
"""What a phrase can have in its gaps: a person's own words, other phrases, a day."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing offered with a question; channels draw numbers, buttons or boxes."""

    value: str
    label: Phrase


class Entry(StrEnum):
    """How the next message is best typed in; a hint that a channel may ignore."""

    SHORT = "short"
    LONG = "long"
    CONTACT = "contact"
    CODE = "code"
    NONE = "none"  # an option is wanted, or nothing


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """Something to say: a phrase with its values, and what can be answered to it."""

    phrase: Phrase
    values: Mapping[str, Sayable] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    step: str = ""
    several: bool = False  # more than one option may be chosen
    numbered: bool = True  # where there are no buttons, options get numbers
    entry: Entry = Entry.SHORT
    line: bool = False  # follows the one before on the next line, not as a paragraph
    clears: int = 0  # asks the channel to remove the chat's messages from this number on
    unless_cleared: Phrase | None = None  # said instead where it cannot
