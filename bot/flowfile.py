"""Reads flows/: each flow, the engine's own texts and the area's services become typed values.

Every fault is one line `file:line:column: step 'where': …`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from typing import Any as Anything

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.core.flow import All, Answered, Any, Choice, Condition, Flow, Is, Kind, Not, Step
from bot.core.phrases import Phrase
from bot.core.signposting import Directory, Service
from bot.core.texts import Texts
from casebridge.area import Agency
from casebridge.yamlfile import Fault, FaultyFile, Source, parse, read_yaml

FLOWS = Path(__file__).parent.parent / "flows"

Asked = Literal[
    "choice", "choices", "yes_no", "story", "text", "date", "place", "contact", "code", "consent", "review"
]
IsoDay = Annotated[
    date, BeforeValidator(lambda day: date.fromisoformat(day) if isinstance(day, str) else day)
]
StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Node(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=True)


class ConditionNode(_Node):
    """Exactly one of these keys."""

    is_: dict[str, str] | None = Field(None, alias="is", min_length=1, max_length=1)
    any_: list["ConditionNode"] | None = Field(None, alias="any", min_length=1)
    all_: list["ConditionNode"] | None = Field(None, alias="all", min_length=1)
    not_: "ConditionNode | None" = Field(None, alias="not")
    answered: str | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one_key", "Must be one of is, any, all, not, answered")
        return self

    def condition(self) -> Condition:
        if self.is_:
            return Is(*next(iter(self.is_.items())))
        if self.any_:
            return Any(tuple(node.condition() for node in self.any_))
        if self.all_:
            return All(tuple(node.condition() for node in self.all_))
        if self.not_:
            return Not(self.not_.condition())
        return Answered(self.answered or "")


class ChoiceNode(_Node):
    value: StepName
    label: str
    words: str | None = None
    flow: str | None = None
    later: bool = False


class SayNode(_Node):
    say: StepName
    text: str
    when: ConditionNode | None = None


class StepNode(_Node):
    step: StepName
    kind: Asked
    ask: str
    title: str | None = None
    help: str | None = None
    choices: list[ChoiceNode] = []
    when: ConditionNode | None = None
    agency: str | None = None
    skip: bool = False


def _said_or_asked(node: Anything) -> str:
    return "SayNode" if isinstance(node, dict) and "say" in node else "StepNode"


SomeNode = Annotated[
    Annotated[SayNode, Tag("SayNode")] | Annotated[StepNode, Tag("StepNode")], Discriminator(_said_or_asked)
]


class FlowNode(_Node):
    flow: StepName
    urgent: ConditionNode | None = None
    steps: list[SomeNode] = Field(min_length=1)


class ServiceNode(_Node):
    id: StepName
    name: str
    what: str
    contact: str
    source: str
    checked_on: IsoDay
    review_by: IsoDay
    confirmed: bool
    when: ConditionNode | None = None
    always_open: bool = False


class AreaNode(_Node):
    area: str
    name: str
    agencies: list[Agency]
    services: list[ServiceNode]


class TextsNode(RootModel[dict[str, str]]):
    pass


@dataclass(frozen=True, slots=True)
class Script:
    """Everything read from flows/ for one area, with the sources for pointing at faults."""

    flows: dict[str, Flow]
    texts: Texts
    directory: Directory
    agencies: tuple[Agency, ...]
    sources: dict[str, Source]

    def phrases(self) -> Iterator[tuple[Phrase, str, tuple[str | int, ...]]]:
        """Yield every phrase in the order people meet it, with its file and place in it."""
        for name, flow in self.flows.items():
            file = f"flows/{name}.yaml"
            for i, step in enumerate(flow.steps):
                yield step.ask, file, ("steps", i, "ask" if step.asks else "text")
                yield from (
                    (p, file, ("steps", i, k)) for k, p in (("title", step.title), ("help", step.help)) if p
                )
                for j, choice in enumerate(step.choices):
                    yield choice.label, file, ("steps", i, "choices", j, "label")
                    if choice.words:
                        yield choice.words, file, ("steps", i, "choices", j, "words")
        for field in fields(Texts):
            yield getattr(self.texts, field.name), "flows/texts.yaml", (field.name,)
        for i, service in enumerate(self.directory.services):
            yield service.what, f"flows/areas/{self.directory.area}.yaml", ("services", i, "what")
            yield service.contact, f"flows/areas/{self.directory.area}.yaml", ("services", i, "contact")


def areas(folder: Path = FLOWS) -> tuple[str, ...]:
    """Return every area that has a file."""
    return tuple(sorted(path.stem for path in (folder / "areas").glob("*.yaml")))


def read_script(area: str, folder: Path = FLOWS) -> Script:
    """Read all of flows/ for one area. Raises FaultyFile with the faults of every file."""
    faults: list[Fault] = []
    flows: dict[str, Flow] = {}
    sources: dict[str, Source] = {}
    paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != "report", path.stem))
    for path in (path for path in paths if path.stem != "texts"):
        try:
            flow, source = _read_flow(path)
        except FaultyFile as faulty:
            faults.extend(faulty.faults)
        else:
            flows[flow.name], sources[source.file] = flow, source
    try:
        texts, source = _read_texts(folder / "texts.yaml")
        sources[source.file] = source
    except FaultyFile as faulty:
        faults.extend(faulty.faults)
    try:
        directory, agencies, source = _read_area(folder / "areas" / f"{area}.yaml")
        sources[source.file] = source
    except FaultyFile as faulty:
        faults.extend(faulty.faults)
    if faults:
        raise FaultyFile(tuple(faults))
    return Script(flows, texts, directory, agencies, sources)


def _read_flow(path: Path) -> tuple[Flow, Source]:
    source = read_yaml(path, f"flows/{path.name}")
    try:
        node = parse(source, FlowNode)
    except FaultyFile as faulty:
        raise FaultyFile(tuple(_named(source, fault) for fault in faulty.faults)) from faulty
    if node.flow != path.stem:
        raise FaultyFile((source.fault(("flow",), f"flow '{node.flow}' must stand in {node.flow}.yaml"),))
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    steps = tuple(_step(node.flow, each) for each in node.steps)
    return Flow(node.flow, version, steps, node.urgent.condition() if node.urgent else None), source


def _named(source: Source, fault: Fault) -> Fault:
    """Put the step's name before a fault inside one."""
    parts = fault.says.split(".")
    if parts[0] != "steps" or len(parts) < 3 or not parts[1].isdecimal():
        return fault
    step = source.tree["steps"][int(parts[1])]
    name = step.get("step") or step.get("say") or f"number {int(parts[1]) + 1}"
    rest = ".".join(part for part in parts[2:] if part not in ("SayNode", "StepNode"))
    return Fault(fault.file, fault.line, fault.column, f"step '{name}': {rest}")


def _step(flow: str, node: SayNode | StepNode) -> Step:
    when = node.when.condition() if node.when else None
    if isinstance(node, SayNode):
        return Step(node.say, Kind.SAY, Phrase(f"{flow}.{node.say}.text", node.text), when=when)
    context = f"{flow}.{node.step}"
    return Step(
        name=node.step,
        kind=Kind(node.kind),
        ask=Phrase(f"{context}.ask", node.ask),
        title=Phrase(f"{context}.title", node.title) if node.title else None,
        help=Phrase(f"{context}.help", node.help) if node.help else None,
        choices=tuple(_choice(context, choice) for choice in node.choices),
        when=when,
        agency=node.agency,
        skip=node.skip,
    )


def _choice(context: str, node: ChoiceNode) -> Choice:
    context = f"{context}.{node.value}"
    words = Phrase(f"{context}.words", node.words) if node.words else None
    return Choice(node.value, Phrase(f"{context}.label", node.label), words, node.flow, node.later)


def _read_texts(path: Path) -> tuple[Texts, Source]:
    source = read_yaml(path, "flows/texts.yaml")
    given = parse(source, TextsNode).root
    wanted = {field.name for field in fields(Texts)}
    faults = [Fault(source.file, 1, 1, f"text '{name}' is missing") for name in sorted(wanted - given.keys())]
    faults += [
        source.fault((name,), f"text '{name}' is not one the engine says") for name in given.keys() - wanted
    ]
    if faults:
        raise FaultyFile(tuple(sorted(faults)))
    return Texts(**{name: Phrase(f"texts.{name}", text.strip()) for name, text in given.items()}), source


def _read_area(path: Path) -> tuple[Directory, tuple[Agency, ...], Source]:
    source = read_yaml(path, f"flows/areas/{path.name}")
    node = parse(source, AreaNode)
    services = tuple(_service(node.area, service) for service in node.services)
    return Directory(node.area, services), tuple(node.agencies), source


def _service(area: str, node: ServiceNode) -> Service:
    given: dict[str, Anything] = node.model_dump(exclude={"when", "what", "contact"})
    when = node.when.condition() if node.when else None
    context = f"service.{area}.{node.id}"
    what, contact = Phrase(f"{context}.what", node.what), Phrase(f"{context}.contact", node.contact)
    return Service(what=what, contact=contact, when=when, **given)
