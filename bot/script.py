"""A flow as a script on paper: for a worker who asks by phone or in person, in one language.

One HTML file that needs nothing beside it and prints on A4, or a PDF of the same words.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bot.core.flow import Choice, Kind, Step
from bot.paper import ONE_OF, Paper
from bot.typesetting import typeset

_LINES = {Kind.STORY: 8, Kind.TEXT: 2, Kind.DATE: 1, Kind.PLACE: 1, Kind.CONTACT: 1, Kind.CODE: 1}
"""How many lines to write on a kind of question is given."""


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """One thing to tick, and where it leads if it does not go on to the next question."""

    label: str
    leads: str


@dataclass(frozen=True, slots=True)
class PaperStep:
    """One question, or something to say, as it is printed. Without a number it is only said.

    `when` and `help` are whole sentences; `ask` is empty where the heading says it.
    """

    number: int | None
    name: str
    heading: str
    ask: str
    others: tuple[str, ...]  # the same for somebody else
    when: str
    help: str
    choices: tuple[PaperChoice, ...]
    several: bool
    skip: bool
    lines: int


def write_script(paper: Paper) -> str:
    """Return the flow as a whole HTML page."""
    template = paper.sentences.environment.get_template("script.html")
    return template.render(paper=paper, language=paper.language, steps=tuple(_steps(paper))) + "\n"


def script_pdf(paper: Paper) -> bytes:
    """Return the flow as a tagged PDF with page numbers. Raises Unprintable."""
    flow, language = paper.flow, paper.language
    sheet: dict[str, object] = {
        "title": paper.says("title", flow=flow.name),
        "version": paper.says("version", language=language.own_name, area=paper.area, version=flow.version),
        "draft": "" if language.checked else paper.says("draft"),
        "danger": paper.says("danger"),
        "silent": paper.says("silent"),
        "several": paper.says("several"),
        "own_words": paper.says("own_words"),
        "skip": paper.says("skip"),
        "steps": [asdict(step) for step in _steps(paper)],
    }
    return typeset("script.typ", language, sheet)


def _steps(paper: Paper) -> Iterator[PaperStep]:
    for step in paper.flow.steps:
        number, ask = paper.number(step), paper.asked(step)
        heading = f"{number}. {paper.title(step)}" if number else paper.says("say")
        yield PaperStep(
            number=number,
            name=step.name,
            heading=heading,
            ask=ask if step.title or not number else "",
            others=paper.asked_otherwise(step),
            when=_when(paper, step),
            help=paper.says("help", help=paper.text(step.help)) if step.help else "",
            choices=tuple(_choice(paper, choice) for choice in step.choices if choice.listed),
            several=_takes_several(step),
            skip=step.skip,
            lines=_LINES.get(step.kind, 0),
        )


def _when(paper: Paper, step: Step) -> str:
    if step.when is None:
        return ""
    macro = "asked_if" if paper.number(step) else "said_if"
    return paper.says(macro, condition=paper.condition(step.when))


def _takes_several(step: Step) -> bool:
    return bool(step.choices) and step.kind not in (*ONE_OF, Kind.DATE)


def _choice(paper: Paper, choice: Choice) -> PaperChoice:
    leads = [
        *([paper.says("goes_on_in", flow=choice.flow)] if choice.flow else []),
        *([paper.says("stops")] if choice.later else []),
        *([paper.says("offered_if", condition=paper.condition(choice.when))] if choice.when else []),
    ]
    return PaperChoice(paper.text(choice.label), "; ".join(leads))
