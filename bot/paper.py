"""A flow as staff read it on paper: its questions by number, its conditions in words of one language.

What stands between the questions is in templates/_paper.html, so that it is translated with the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Self

import click
from babel.lists import format_list
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bot.catalogues import TEMPLATES
from bot.core.flow import NOTICED, All, Answered, Any, Condition, Flow, Is, Kind, Not, Step
from bot.core.phrases import Language, Phrase, Phrasebook
from bot.flowfile import Script, read_script
from bot.phrasebook import read_phrasebook

ONE_OF = (Kind.CHOICE, Kind.YES_NO, Kind.CONSENT, Kind.REVIEW, Kind.PLACE)
DESCRIBED = "described"  # the value of a place in somebody's own words


@dataclass(frozen=True, slots=True)
class Paper:
    """One flow in one language."""

    flow: Flow
    language: Language
    area: str
    phrasebook: Phrasebook
    environment: Environment
    _numbers: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        asked = (step.name for step in self.flow.steps if step.asks)
        object.__setattr__(self, "_numbers", {name: number for number, name in enumerate(asked, 1)})

    @classmethod
    def of(cls, script: Script, phrasebook: Phrasebook, flow: str, language: str) -> Self:
        """Take a flow and a language by name. Raises UsageError, naming those there are."""
        languages = {one.code: one for one in phrasebook.languages}
        if flow not in script.flows:
            raise click.UsageError(f"there is no flow '{flow}', only {', '.join(script.flows)}")
        if language not in languages:
            raise click.UsageError(f"language '{language}' is not on offer, only {', '.join(languages)}")
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        paper = cls(script.flows[flow], languages[language], script.directory.area, phrasebook, environment)
        environment.globals["pgettext"] = paper._page_text
        return paper

    def text(self, phrase: Phrase) -> str:
        return self.phrasebook.text(phrase, self.language.code)

    def says(self, macro: str, /, **values: object) -> str:
        """Return one of the sentences of templates/_paper.html."""
        said = getattr(self.environment.get_template("_paper.html").module, macro)(**values)
        return unescape(str(said))  # escaped anew by the page it is put into

    def number(self, step: Step) -> int | None:
        """Return the number of a question; what is only said has none."""
        return self._numbers.get(step.name)

    def title(self, step: Step) -> str:
        return self.text(step.title or step.ask)

    def condition(self, condition: Condition) -> str:
        """Say a condition in words: `"Who did it" (12) is "A neighbour" or "A stranger"`."""
        match condition:
            case Is() as one:
                return self._is(one.step, (one.value,))
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

    def _page_text(self, context: str, text: str, /, **values: object) -> Markup:
        said = Markup.escape(self.text(Phrase(context, text)))
        return said % values if values else said


def read_papers(area: str, flow: str) -> tuple[Paper, ...]:
    """Read one flow in every language on offer, English first. Raises FaultyFile, UsageError."""
    script = read_script(area)
    phrasebook = read_phrasebook(script)
    return tuple(Paper.of(script, phrasebook, flow, language.code) for language in phrasebook.languages)


def read_paper(area: str, flow: str, language: str) -> Paper:
    """Read one flow in one language. Raises FaultyFile, UsageError."""
    script = read_script(area)
    return Paper.of(script, read_phrasebook(script), flow, language)
