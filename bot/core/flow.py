"""What is asked and in which order: a flow is an ordered list of steps, each with a condition."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.core.phrases import Phrase


class Kind(StrEnum):
    """How a step is asked and understood."""

    SAY = "say"  # said in passing, waits for nothing
    CHOICE = "choice"
    CHOICES = "choices"  # one or more of a list
    YES_NO = "yes_no"
    STORY = "story"  # several messages until DONE
    TEXT = "text"
    DATE = "date"
    PLACE = "place"  # one of a list, or their own words
    CONTACT = "contact"
    CODE = "code"  # the return code of an earlier report
    CONSENT = "consent"  # to one named agency; never guessed, never skipped into a yes
    PERMISSION = "permission"  # to one more use of a report, as strictly
    REVIEW = "review"
    THEMES = "themes"  # what a person wants to add; asked before the read-back once they said so
    END = "end"  # said last: nothing is sent, and everything is forgotten


AGREEING = (Kind.CONSENT, Kind.PERMISSION)
ENOUGH = "enough"
"""The choice of a themes step that says there is no more to add."""

ROLE = "role"
"""The question that says whose voice a report is in, and so in which voice the others are asked."""

OTHERS_READ, NEUTRAL = "shared_device", "neutral"
"""The question whether somebody else reads along, and the voice for whoever did not say no."""

NOTICED = "noticed"
PHOTOS, CHANNEL = "photos", "channel"
REPORT, SHARED, WHOLE, MADE = "report", "shared", "whole", "made"
KNOWN = frozenset({NOTICED, PHOTOS, CHANNEL, REPORT, SHARED, WHOLE, MADE})
"""Not questions: what is known beside the answers, for conditions to look at like one. What safety.py
found in somebody's words; "given" once a picture is kept; the channel, and "photos" where they can be sent;
how an earlier report
stands; who has it; who has it with all details; which a worker made here."""

CHANNELS = ("web", "sms", "whatsapp", "telegram")
"""The channels a condition may name."""

TAKE_PHOTOS = ("web", "whatsapp", "telegram")  # a UK number takes no pictures by text message


class Coded(Protocol):
    """An answer, as far as a condition looks at it."""

    @property
    def codes(self) -> tuple[str, ...]: ...

    def has(self, code: str) -> bool: ...


class Condition(Protocol):
    """Something that holds or does not, given the answers so far."""

    def holds(self, answers: Mapping[str, Coded]) -> bool: ...

    def names(self) -> tuple[tuple[str, str | None], ...]:
        """Return the (step, value) pairs it looks at; value is None where any will do."""
        ...


def others_may_read(answers: Mapping[str, Coded]) -> bool:
    """Say whether somebody else may read along: whoever was asked did not say no."""
    others_read = answers.get(OTHERS_READ)
    return others_read is not None and not others_read.has("no")


@dataclass(frozen=True, slots=True)
class Is:
    """The step was answered with this value, alone or among others."""

    step: str
    value: str

    def holds(self, answers: Mapping[str, Coded]) -> bool:
        answer = answers.get(self.step)
        return answer is not None and answer.has(self.value)

    def names(self) -> tuple[tuple[str, str | None], ...]:
        return ((self.step, self.value),)


@dataclass(frozen=True, slots=True)
class Answered:
    """The step has a value: neither skipped nor "don't know"."""

    step: str

    def holds(self, answers: Mapping[str, Coded]) -> bool:
        answer = answers.get(self.step)
        return answer is not None and bool(answer.codes)

    def names(self) -> tuple[tuple[str, str | None], ...]:
        return ((self.step, None),)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these holds."""

    of: tuple[Condition, ...]

    def holds(self, answers: Mapping[str, Coded]) -> bool:
        for condition in self.of:  # noqa: SIM110 - a generator costs more than the conditions
            if condition.holds(answers):
                return True
        return False

    def names(self) -> tuple[tuple[str, str | None], ...]:
        return tuple(name for condition in self.of for name in condition.names())


@dataclass(frozen=True, slots=True)
class All:
    """Each of these holds."""

    of: tuple[Condition, ...]

    def holds(self, answers: Mapping[str, Coded]) -> bool:
        for condition in self.of:  # noqa: SIM110 - as above
            if not condition.holds(answers):
                return False
        return True

    def names(self) -> tuple[tuple[str, str | None], ...]:
        return tuple(name for condition in self.of for name in condition.names())


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    of: Condition

    def holds(self, answers: Mapping[str, Coded]) -> bool:
        return not self.of.holds(answers)

    def names(self) -> tuple[tuple[str, str | None], ...]:
        return self.of.names()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person can choose. `value` travels in the report and never changes."""

    value: str
    label: Phrase
    words: Phrase | None = None  # what else people type for it
    flow: str | None = None  # choosing it goes on in another flow
    later: bool = False  # choosing it stops here for now, like LATER
    when: Condition | None = None  # offered only where this holds
    listed: bool = True  # False: understood where it is written, not offered


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One question, or something said in passing. `name` is a fact about the incident."""

    name: str
    kind: Kind
    ask: Phrase
    title: Phrase | None = None  # how the read-back calls it
    help: Phrase | None = None  # said with the question when it was not understood twice
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    agency: str | None = None  # of a consent
    skip: bool = False
    about_person: bool = False  # and not the incident: "only the facts" leaves it out
    once: bool = False  # asked once for several reports in one sitting
    purpose: str | None = None  # of a permission: what else a report may be used for
    voices: Mapping[str, Phrase] = field(default_factory=dict)  # other words, by the answer to ROLE
    asks: bool = field(init=False)  # waits for an answer

    def __post_init__(self) -> None:
        object.__setattr__(self, "asks", self.kind is not Kind.SAY)

    def choice(self, value: str) -> Choice | None:
        for choice in self.choices:
            if choice.value == value:
                return choice
        return None

    def asked_of(self, answers: Mapping[str, Coded]) -> Phrase:
        """Return the question as it is put to whoever answers: plainer where somebody else may read it."""
        if not self.voices:
            return self.ask
        if NEUTRAL in self.voices and others_may_read(answers):
            return self.voices[NEUTRAL]
        role = answers[ROLE].codes if ROLE in answers else ()
        return self.voices.get(role[0], self.ask) if role else self.ask

    @property
    def asks_in(self) -> tuple[Phrase, ...]:
        """The question in every voice it has."""
        return (self.ask, *self.voices.values())


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A whole conversation. `version` is the hash of what it was read from."""

    name: str
    version: str
    steps: tuple[Step, ...]
    themes: Step | None = field(init=False)
    core: tuple[Step, ...] = field(init=False, repr=False)  # what can be met before anything is added
    _by_name: dict[str, Step] = field(init=False, repr=False)
    _after: dict[str, tuple[Step, ...]] = field(init=False, repr=False)
    _after_in_core: dict[str, tuple[Step, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        themes = next((step for step in self.steps if step.kind is Kind.THEMES), None)
        object.__setattr__(self, "themes", themes)
        object.__setattr__(self, "_by_name", {step.name: step for step in self.steps})
        object.__setattr__(self, "core", _core(self.steps, themes))
        object.__setattr__(self, "_after", _after(self.steps))
        object.__setattr__(self, "_after_in_core", _after(self.core))

    def step(self, name: str) -> Step | None:
        return self._by_name.get(name)

    def after(self, step: Step, *, in_core: bool) -> tuple[Step, ...]:
        """Return the steps that come after one of them, among all or those of the core."""
        return (self._after_in_core if in_core else self._after)[step.name]


def _after(steps: tuple[Step, ...]) -> dict[str, tuple[Step, ...]]:
    return {step.name: steps[place:] for place, step in enumerate(steps, 1)}


def _core(steps: tuple[Step, ...], themes: Step | None) -> tuple[Step, ...]:
    """Leave out what waits for a theme: most of a flow, looked at in vain in most turns."""
    if themes is None:
        return steps
    waiting = {themes.name}
    for step in steps:
        if step.when is not None and waits_for(step.when, waiting):
            waiting.add(step.name)
    return tuple(step for step in steps if step.name not in waiting)


def waits_for(condition: Condition, names: Collection[str]) -> bool:
    """Say whether a condition cannot hold while none of these steps has an answer."""
    match condition:
        case Is(step) | Answered(step):
            return step in names
        case All(of):
            return any(waits_for(each, names) for each in of)
        case Any(of):
            return all(waits_for(each, names) for each in of)
        case _:
            return False
