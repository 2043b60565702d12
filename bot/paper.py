"""A flow as staff read it on paper: its questions by number, its conditions in words of one language.

What stands between the questions is in templates/_paper.html, so that it is translated with the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import click
from babel.lists import format_list

from bot.core.flow import (
    AGREEING,
    CHANNEL,
    KNOWN,
    NEUTRAL,
    NOTICED,
    PHOTOS,
    ROLE,
    All,
    Answered,
    Any,
    Condition,
    Flow,
    Is,
    Kind,
    Not,
    Step,
    waits_for,
)
from bot.core.phrases import Language, Phrase, Phrasebook
from bot.core.reach import values_of
from bot.flowfile import Script, read_script
from bot.phrasebook import read_phrasebook
from bot.sentences import Sentences

ONE_OF = (Kind.CHOICE, Kind.YES_NO, *AGREEING, Kind.REVIEW, Kind.PLACE)
DESCRIBED = "described"  # the value of a place in somebody's own words


@dataclass(frozen=True, slots=True)
class Paper:
    """One flow in one language."""

    flow: Flow
    language: Language
    area: str
    phrasebook: Phrasebook
    sentences: Sentences
    _numbers: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        asked = (step.name for step in self.flow.steps if step.asks and step.kind is not Kind.END)
        object.__setattr__(self, "_numbers", {name: number for number, name in enumerate(asked, 1)})

    @classmethod
    def of(cls, script: Script, phrasebook: Phrasebook, flow: str, language: str) -> Self:
        """Take a flow and a language by name. Raises UsageError, naming those there are."""
        languages = {one.code: one for one in phrasebook.languages}
        if flow not in script.flows:
            raise click.UsageError(f"there is no flow '{flow}', only {', '.join(script.flows)}")
        if language not in languages:
            raise click.UsageError(f"language '{language}' is not on offer, only {', '.join(languages)}")
        on_paper, area = _on_paper(script.flows[flow]), script.directory.area
        sentences = Sentences("_paper.html", languages[language], phrasebook)
        return cls(on_paper, languages[language], area, phrasebook, sentences)

    def text(self, phrase: Phrase) -> str:
        return self.phrasebook.text(phrase, self.language.code)

    def says(self, macro: str, /, **values: object) -> str:
        """Return one of the sentences of templates/_paper.html."""
        return self.sentences.says(macro, **values)

    def number(self, step: Step) -> int | None:
        """Return the number of a question; what is only said has none."""
        return self._numbers.get(step.name)

    def title(self, step: Step) -> str:
        return self.text(step.title) if step.title else self.asked(step)

    def asked(self, step: Step) -> str:
        """Return a question as most are asked it in this flow: a flow of workers has one voice."""
        return self.text(step.voices.get(self._voices[0], step.ask) if self._voices else step.ask)

    def asked_otherwise(self, step: Step) -> tuple[str, ...]:
        """Return a question in its other voices, each with whom it is for."""
        voices = [voice for voice in (*self._voices[1:], NEUTRAL) if voice in step.voices]
        return tuple(self.says(f"voice_{voice}", text=self.text(step.voices[voice])) for voice in voices)

    @property
    def _voices(self) -> tuple[str, ...]:
        role = self.flow.step(ROLE)
        return values_of(role) if role else ()

    def condition(self, condition: Condition) -> str:
        """Say a condition in words: `"Who did it" (12) is "A neighbour" or "A stranger"`."""
        match condition:
            case Is() as one:
                return self._is(one.step, (one.value,))
            case Answered(step) if step in KNOWN:
                return self.says(f"{step}_known")
            case Answered(step):
                return self.says("answered", question=self._question(step))
            case Not(Is(step, value)) if self._is_plain(step, value):
                return self.says("is_not", question=self._question(step), choices=self._choice(step, value))
            case Not(Answered(step)):
                return self.says("not_answered", question=self._question(step))
            case Not(of):
                parts = self._parts(of.of) if isinstance(of, Any) else (self.condition(of),)
                return self.says("none_of", conditions="; ".join(parts))
            case Any(of):
                return self._any(of)
            case All(of):
                return self._listed([self._inner(each) for each in of], "standard")
        raise TypeError(condition)

    def _inner(self, condition: Condition) -> str:
        """Say a part of a longer condition, in brackets where it is a list of its own."""
        said = self.condition(condition)
        of = condition.of if isinstance(condition, Not) else condition
        return f"({said})" if isinstance(of, Any | All) and len(of.of) > 1 else said

    def _parts(self, of: Sequence[Condition]) -> list[str]:
        """Say each of several conditions; all that look at one question are one part."""
        values: dict[tuple[str, bool], list[str]] = {}
        for each in of:
            if isinstance(each, Is):
                values.setdefault((each.step, each.value == DESCRIBED), []).append(each.value)
        parts = [self._is(step, several) for (step, _), several in values.items()]
        return parts + [self._inner(each) for each in of if not isinstance(each, Is)]

    def _any(self, of: Sequence[Condition]) -> str:
        parts = self._parts(of)
        if 1 < len(parts) < len(of):  # some part holds an "or" of its own
            parts = [f"({part})" for part in parts]
        return self._listed(parts, "or")

    def _listed(self, parts: Sequence[str], style: str) -> str:
        join = partial(format_list, locale=self.language.formats)
        return join(parts, style="or") if style == "or" else join(parts)

    def _is(self, name: str, values: Sequence[str]) -> str:
        if name == NOTICED:
            return self._listed([self.says(f"noticed_{value}") for value in values], "or")
        if name in KNOWN:
            said = [self.says(f"{name}_is", value=self._agency(value)) for value in values]
            return self._listed(said, "or")
        question = self._question(name)
        if values[0] == DESCRIBED:
            return self.says("described", question=question)
        if not all(self._is_choice(name, value) for value in values):
            return self.says("answered", question=question)
        step = self.flow.step(name)
        verb = "is_" if step and step.kind in ONE_OF else "includes"
        choices = self._listed([self._choice(name, value) for value in values], "or")
        return self.says(verb, question=question, choices=choices)

    def _is_plain(self, name: str, value: str) -> bool:
        """Say whether "is not" can be said: one of a list, and this is on it."""
        step = self.flow.step(name)
        return step is not None and step.kind in ONE_OF and self._is_choice(name, value)

    def _is_choice(self, name: str, value: str) -> bool:
        step = self.flow.step(name)
        return step is not None and step.choice(value) is not None

    def _agency(self, value: str) -> str:
        """Return an agency by the name it is asked about with; else the word as it is."""
        titles = [step.title for step in self.flow.steps if step.agency == value and step.title]
        return self.text(titles[0]) if titles else value

    def _question(self, name: str) -> str:
        step = self.flow.step(name)
        if step is None:
            return name
        title = self.says("quoted", text=self.title(step))
        return self.says("question", title=title, number=self.number(step))

    def _choice(self, name: str, value: str) -> str:
        step = self.flow.step(name)
        choice = step.choice(value) if step else None
        return self.says("quoted", text=self.text(choice.label) if choice else value)


def _on_paper(flow: Flow) -> Flow:
    """Leave out what waits for a picture or a channel: paper has neither."""
    waiting, steps = {PHOTOS, CHANNEL}, []
    for step in flow.steps:
        if step.when is not None and waits_for(step.when, waiting):
            waiting.add(step.name)
        else:
            steps.append(step)
    return Flow(flow.name, flow.version, tuple(steps))


def read_papers(area: str, flow: str) -> tuple[Paper, ...]:
    """Read one flow in every language on offer, English first. Raises FaultyFile, UsageError."""
    script = read_script(area)
    phrasebook = read_phrasebook(script)
    return tuple(Paper.of(script, phrasebook, flow, language.code) for language in phrasebook.languages)


def read_paper(area: str, flow: str, language: str) -> Paper:
    """Read one flow in one language. Raises FaultyFile, UsageError."""
    script = read_script(area)
    return Paper.of(script, read_phrasebook(script), flow, language)
