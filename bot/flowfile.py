"""Reads flows/: each flow, the engine's own texts and the area's services become typed values.

Every fault is one line `file:line:column: step 'where': …`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal
from typing import Any as Anything

from pydantic import (
    Discriminator,
    Field,
    RootModel,
    Tag,
)

from bot.conditions import ConditionNode, Node, StepName
from bot.core.flow import Choice, Flow, Kind, Step
from bot.core.phrases import Phrase
from bot.core.signposting import Directory, Told
from bot.core.texts import Texts
from bot.core.triage import Rules
from bot.servicefile import ServiceNode, directory
from bot.triagefile import TriageNode
from casebridge.area import Agency
from casebridge.yamlfile import Fault, FaultyFile, Source, parse, read_yaml

FLOWS = Path(__file__).parent.parent / "flows"
NOT_FLOWS = ("texts", "dictionary", "wording")

Asked = Literal[
    "choice",
    "choices",
    "yes_no",
    "story",
    "text",
    "date",
    "place",
    "contact",
    "code",
    "consent",
    "review",
    "themes",
]


class ChoiceNode(Node):
    value: StepName
    label: str
    words: str | None = None
    flow: str | None = None
    later: bool = False


class SayNode(Node):
    say: StepName
    text: str
    when: ConditionNode | None = None


class StepNode(Node):
    step: StepName
    kind: Asked
    ask: str
    title: str | None = None
    help: str | None = None
    choices: list[ChoiceNode] = Field([])
    when: ConditionNode | None = None
    agency: str | None = None
    skip: bool = False
    about: Literal["person"] | None = None


def _said_or_asked(node: Anything) -> str:
    return "SayNode" if isinstance(node, dict) and "say" in node else "StepNode"


SomeNode = Annotated[
    Annotated[SayNode, Tag("SayNode")] | Annotated[StepNode, Tag("StepNode")], Discriminator(_said_or_asked)
]


class FlowNode(Node):
    flow: StepName
    steps: list[SomeNode] = Field(min_length=1)


class AreaNode(Node):
    area: str
    name: str
    agencies: list[Agency]
    services: list[ServiceNode]
    triage: TriageNode


class TextsNode(RootModel[dict[str, str]]):
    pass


@dataclass(frozen=True, slots=True)
class Script:
    """Everything read from flows/ for one area, with the sources for pointing at faults."""

    flows: dict[str, Flow]
    texts: Texts
    directory: Directory
    agencies: tuple[Agency, ...]
    triage: Rules
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
            if service.told is Told.BY_STAFF:
                continue
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
    for path in (path for path in paths if path.stem not in NOT_FLOWS):
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
        services, agencies, triage, source = _read_area(folder / "areas" / f"{area}.yaml")
        sources[source.file] = source
    except FaultyFile as faulty:
        faults.extend(faulty.faults)
    if faults:
        raise FaultyFile(tuple(faults))
    return Script(flows, texts, services, agencies, triage, sources)


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
    return Flow(node.flow, version, steps), source


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
        about_person=node.about == "person",
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


def _read_area(path: Path) -> tuple[Directory, tuple[Agency, ...], Rules, Source]:
    source = read_yaml(path, f"flows/areas/{path.name}")
    node = parse(source, AreaNode)
    return directory(node.area, node.services), tuple(node.agencies), node.triage.rules(), source
