"""A flow as a script on paper: for a worker who asks by phone or in person, in one language.

One HTML file that needs nothing beside it and prints on A4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.flow import Choice, Kind, Step
from bot.paper import ONE_OF, Paper

_LINES = {Kind.STORY: 8, Kind.TEXT: 2, Kind.DATE: 1, Kind.PLACE: 1, Kind.CONTACT: 1, Kind.CODE: 1}
"""How many lines to write on a kind of question is given."""


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """One thing to tick, and where it leads if it does not go on to the next question."""

    label: str
    leads: str


@dataclass(frozen=True, slots=True)
class PaperStep:
    """One question, or something to say, as it is printed. Without a number it is only said."""

    number: int | None
    name: str
    title: str
    ask: str
    when: str
    help: str
    choices: tuple[PaperChoice, ...]
    several: bool
    skip: bool
    lines: int


def write_script(paper: Paper) -> str:
    """Return the flow as a whole HTML page."""
    template = paper.environment.get_template("script.html")
    return template.render(paper=paper, language=paper.language, steps=tuple(_steps(paper))) + "\n"


def _steps(paper: Paper) -> Iterator[PaperStep]:
    for step in paper.flow.steps:
        yield PaperStep(
            number=paper.number(step),
            name=step.name,
            title=paper.text(step.title) if step.title else "",
            ask=paper.text(step.ask),
            when=paper.condition(step.when) if step.when else "",
            help=paper.text(step.help) if step.help else "",
            choices=tuple(_choice(paper, choice) for choice in step.choices),
            several=_takes_several(step),
            skip=step.skip,
            lines=_LINES.get(step.kind, 0),
        )


def _takes_several(step: Step) -> bool:
    return bool(step.choices) and step.kind not in (*ONE_OF, Kind.DATE)


def _choice(paper: Paper, choice: Choice) -> PaperChoice:
    leads = paper.says("goes_on_in", flow=choice.flow) if choice.flow else ""
    return PaperChoice(paper.text(choice.label), paper.says("stops") if choice.later else leads)
