"""A flow as an XLSForm: the form that Kobo, ODK or Enketo asks offline, in every language on offer.

What a form cannot do is left to staff: words of danger are a question to whoever fills it in,
and a choice that leads to another flow is not offered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.core.flow import NOTICED, All, Answered, Any, Condition, Flow, Is, Kind, Not, Step
from bot.core.phrases import Phrase
from bot.core.safety import Danger
from bot.paper import DESCRIBED, ONE_OF, Paper

_TYPES: Mapping[Kind, str] = {
    Kind.SAY: "note",
    Kind.END: "note",
    Kind.REVIEW: "note",
    Kind.STORY: "text",
    Kind.TEXT: "text",
    Kind.CONTACT: "text",
    Kind.CODE: "text",
    Kind.DATE: "date",
}
_UNASKED = "false()"  # a condition on a step this form has not: never in one made from a flow without faults
WORDS = "_words"  # ends the name of the question for a place in their own words
MADE_AT = datetime(1980, 1, 1)  # written into the file, so that one flow makes one file

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The three sheets of an XLSForm, each with its head in the first row."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]


def xlsform(papers: Sequence[Paper]) -> Workbook:
    """Return one flow, given in each language, as the sheets of a form; the first is shown first."""
    flow = papers[0].flow
    head = ("type", "name", *_columns(papers, "label"), *_columns(papers, "hint"), "required", "relevant")
    title = papers[0].says("title", flow=flow.name)
    return Workbook(
        survey=(head, *_survey(papers)),
        choices=(("list_name", "name", *_columns(papers, "label")), *_choices(papers)),
        settings=(
            ("form_title", "form_id", "version", "default_language"),
            (title, flow.name, flow.version, _language(papers[0])),
        ),
    )


def write_form(papers: Sequence[Paper], path: Path) -> None:
    """Write the form as an .xlsx file. Every cell is text: nothing in it is worked out by a spreadsheet."""
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra, only this command needs it
    except ImportError as error:
        raise click.ClickException("xlsxwriter is not installed: it is the extra 'staff'") from error

    workbook = xlsform(papers)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE_AT})
        head = book.add_format({"bold": True})
        for name in ("survey", "choices", "settings"):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for i, row in enumerate(getattr(workbook, name)):
                for j, text in enumerate(row):
                    sheet.write_string(i, j, text, None if i else head)


# --- rows ------------------------------------------------------------------------------------


def _survey(papers: Sequence[Paper]) -> Iterator[Row]:
    flow = papers[0].flow
    noticed = next((step for step in flow.steps if step.when and _looks_at(step.when, NOTICED)), None)
    empty = ("",) * len(papers)
    for step in flow.steps:
        if step is noticed:
            yield f"select_multiple {NOTICED}", NOTICED, *_says(papers, "noticed"), *empty, "", ""
        relevant = expression(step.when, flow) if step.when else ""
        hints = _texts(papers, step.help) if step.help else empty
        asked = tuple(paper.asked(step) for paper in papers)
        yield _type(step), step.name, *asked, *hints, _required(step), relevant
        if step.kind is Kind.PLACE:
            yield "text", f"{step.name}{WORDS}", *_says(papers, "own_words"), *empty, "", relevant


def _type(step: Step) -> str:
    if step.kind in _TYPES:
        return _TYPES[step.kind]
    return f"{'select_one' if step.kind in ONE_OF else 'select_multiple'} {step.name}"


def _required(step: Step) -> str:
    must = step.asks and not step.skip and step.kind not in (Kind.REVIEW, Kind.PLACE, Kind.END)
    return "yes" if must else ""


def _choices(papers: Sequence[Paper]) -> Iterator[Row]:
    flow = papers[0].flow
    for step in flow.steps:
        if step.kind in _TYPES:
            continue
        for choice in (choice for choice in step.choices if choice.listed and not choice.flow):
            yield step.name, choice.value, *_texts(papers, choice.label)
    if any(step.when and _looks_at(step.when, NOTICED) for step in flow.steps):
        for danger in Danger:
            yield NOTICED, danger, *_says(papers, f"noticed_{danger}")


def _texts(papers: Sequence[Paper], phrase: Phrase) -> Row:
    return tuple(paper.text(phrase) for paper in papers)


def _says(papers: Sequence[Paper], macro: str) -> Row:
    return tuple(paper.says(macro) for paper in papers)


def _columns(papers: Sequence[Paper], name: str) -> Row:
    return tuple(f"{name}::{_language(paper)}" for paper in papers)


def _language(paper: Paper) -> str:
    return f"{paper.language.own_name} ({paper.language.code})"


# --- conditions ------------------------------------------------------------------------------


def expression(condition: Condition, flow: Flow) -> str:
    """Return a condition as XPath: `${danger} = 'yes' and not(selected(${why}, 'age'))`."""
    match condition:
        case Is(step, value):
            return _is(step, value, flow)
        case Answered(step):
            return _given(flow.step(step))
        case Not(of):
            return f"not({expression(of, flow)})"
        case Any(of):
            return _joined(" or ", of, flow)
        case All(of):
            return _joined(" and ", of, flow)
    raise TypeError(condition)


def _joined(word: str, of: Sequence[Condition], flow: Flow) -> str:
    if len(of) == 1:
        return expression(of[0], flow)
    parts = (expression(each, flow) for each in of)
    return word.join(f"({p})" if isinstance(c, Any | All) else p for c, p in zip(of, parts, strict=True))


def _is(name: str, value: str, flow: Flow) -> str:
    step = flow.step(name)
    if name == NOTICED:
        return f"selected(${{{NOTICED}}}, '{value}')"
    if step is None:
        return _UNASKED
    if step.kind in _TYPES:  # "given", "day": all a condition can know of it
        return _given(step)
    if step.kind is Kind.PLACE and value == DESCRIBED:
        return f"${{{name}{WORDS}}} != ''"
    return f"${{{name}}} = '{value}'" if step.kind in ONE_OF else f"selected(${{{name}}}, '{value}')"


def _given(step: Step | None) -> str:
    if step is None:
        return _UNASKED
    given = f"${{{step.name}}} != ''"
    return f"({given} or ${{{step.name}{WORDS}}} != '')" if step.kind is Kind.PLACE else given


def _looks_at(condition: Condition, name: str) -> bool:
    return any(looked_at == name for looked_at, _ in condition.names())
