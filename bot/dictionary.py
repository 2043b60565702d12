"""The data dictionary: where each fact of the field list stands in our flows, checked against them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from bot.core.flow import Flow, Step
from bot.flowfile import FLOWS
from casebridge.yamlfile import Fault, Source, parse, read_yaml

FILE = "dictionary.yaml"
PLACES = ("asked", "area", "derived", "staff", "left_out", "later")
_PLACE_SAYS = {"area": "asked, by the area file", "staff": "staff", "left_out": "left out", "later": "later"}
_HEAD = ("Field", "Type", "What it is for", "Where it stands")

Words = Annotated[str, Field(min_length=1)]


class FieldNode(BaseModel):
    """One fact: its type, what it is for, and exactly one place where it stands."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)

    type: Words
    purpose: Words
    asked: list[Words] | None = Field(None, min_length=1)  # "report.story": flow and step
    area: Words | None = None
    derived: Words | None = None
    from_: list[Words] = Field([], alias="from")  # the steps it is derived from
    staff: Words | None = None
    left_out: Words | None = None
    later: Words | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if len(self.model_fields_set & set(PLACES)) != 1:
            raise PydanticCustomError("one_place", f"Must be one of {', '.join(PLACES)}")
        return self

    def steps(self) -> Iterator[tuple[str, int, str]]:
        """Yield the steps it names, each with where it names it."""
        yield from (("asked", i, name) for i, name in enumerate(self.asked or ()))
        yield from (("from", i, name) for i, name in enumerate(self.from_))


class DictionaryNode(RootModel[dict[str, FieldNode]]):
    pass


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every field, with the source for pointing at faults."""

    fields: Mapping[str, FieldNode]
    source: Source


def read_dictionary(folder: Path = FLOWS) -> Dictionary:
    """Read flows/dictionary.yaml. Raises FaultyFile with every fault, a field without a place included."""
    source = read_yaml(folder / FILE, f"flows/{FILE}")
    return Dictionary(parse(source, DictionaryNode).root, source)


def dictionary_faults(dictionary: Dictionary, flows: Mapping[str, Flow]) -> Iterator[Fault]:
    """Yield every step that a field names and no flow asks."""
    asked = _asked(flows.values())
    for name, field in dictionary.fields.items():
        for place, i, step in field.steps():
            if step not in asked:
                near = get_close_matches(step, asked, n=1)
                hint = f", did you mean '{near[0]}'?" if near else ""
                yield dictionary.source.fault(
                    (name, place, i), f"field '{name}': no flow asks '{step}'{hint}"
                )


def as_markdown(dictionary: Dictionary, flows: Mapping[str, Flow]) -> str:
    """Return the dictionary as tables in Markdown."""
    parts = ["# Data dictionary"]
    for title, rows in _tables(dictionary, flows):
        lines = (_HEAD, ("---",) * len(_HEAD), *rows)
        parts.append(f"## {title}")
        parts.append(
            "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines)
        )
    return "\n\n".join(parts) + "\n"


def as_html(dictionary: Dictionary, flows: Mapping[str, Flow]) -> str:
    """Return the same tables as one HTML page that needs nothing beside it."""
    tables = "\n".join(_html_table(title, rows) for title, rows in _tables(dictionary, flows))
    return (
        '<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Data dictionary</title>\n<style>\n"
        "body { margin: 1rem; color: #111; background: #fff; font: 1rem/1.4 system-ui, Arial, sans-serif; }\n"
        "table { border-collapse: collapse; } thead { display: table-header-group; }\n"
        "th, td { padding: .3rem .5rem; border: 1px solid #767676; text-align: start; }\n"
        "th, td { vertical-align: top; }\n"
        "</style>\n</head>\n<body>\n<main>\n<h1>Data dictionary</h1>\n"
        f"{tables}\n</main>\n</body>\n</html>\n"
    )


# --- rows ------------------------------------------------------------------------------------


def _tables(
    dictionary: Dictionary, flows: Mapping[str, Flow]
) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    asked = _asked(flows.values())
    fields = tuple(
        (name, field.type, field.purpose, _stands(field, asked)) for name, field in dictionary.fields.items()
    )
    named = {step for field in dictionary.fields.values() for _, _, step in field.steps()}
    others = tuple(
        (name, step.kind, step.ask.text, "asked") for name, step in asked.items() if name not in named
    )
    return (("Every field", fields), ("Asked beside these", others))


def _asked(flows: Iterable[Flow]) -> dict[str, Step]:
    return {f"{flow.name}.{step.name}": step for flow in flows for step in flow.steps if step.asks}


def _stands(field: FieldNode, asked: Mapping[str, Step]) -> str:
    if field.asked:
        return f"asked: {'; '.join(_named(name, asked) for name in field.asked)}"
    if field.derived:
        steps = f" ({', '.join(field.from_)})" if field.from_ else ""
        return f"derived: {field.derived}{steps}"
    place = next(place for place in _PLACE_SAYS if place in field.model_fields_set)
    return f"{_PLACE_SAYS[place]}: {getattr(field, place)}"


def _named(name: str, asked: Mapping[str, Step]) -> str:
    step = asked.get(name)
    return f"{name}, {(step.title or step.ask).text}" if step else name


def _html_table(title: str, rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in _HEAD)
    body = "\n".join(_html_row(name, cells) for name, *cells in rows)
    return f"<h2>{title}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _html_row(name: str, cells: Iterable[str]) -> str:
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{rest}</tr>'
