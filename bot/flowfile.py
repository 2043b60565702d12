"""Reads flows/: each flow, the engine's own texts and the area's services become typed values.

Every fault is one line `file:line:column: step 'where': …`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from pydantic import Field, RootModel

from bot.conditions import ConditionNode, Node, StepName
from bot.core.flow import All, Flow, Is, Step
from bot.core.phrases import Phrase
from bot.core.signposting import Directory, Told
from bot.core.texts import Texts
from bot.core.triage import Rules
from bot.entryfile import EntryPointNode, twice
from bot.servicefile import ServiceNode, directory
from bot.stepfile import TAGS, AgencyNode, AskedAgency, ConsentsNode, SayNode, SomeNode, UseNode, step
from bot.triagefile import TriageNode
from casebridge.area import Agency
from casebridge.yamlfile import Fault, FaultyFile, Source, parse, read_yaml

FLOWS = Path(__file__).parent.parent / "flows"
NOT_FLOWS = ("texts", "dictionary", "wording")

Place = tuple[str, tuple[str | int, ...]]
"""A file in flows/, and a path in it."""

Read = TypeVar("Read")


class FlowNode(Node):
    flow: StepName
    steps: list[SomeNode] = Field(min_length=1)


class BlockNode(Node):
    block: StepName
    steps: list[SomeNode] = Field(min_length=1)


class AreaNode(Node):
    area: str
    name: str
    agencies: list[AgencyNode]
    services: list[ServiceNode]
    triage: TriageNode
    entry_points: list[EntryPointNode] = Field(default_factory=list)


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
    places: dict[str, tuple[Place, ...]]  # of each flow: where each of its steps is written

    def phrases(self) -> Iterator[tuple[Phrase, str, tuple[str | int, ...]]]:
        """Yield every phrase in the order people meet it, with its file and place in it."""
        for name, flow in self.flows.items():
            for asked, (file, at) in zip(flow.steps, self.places[name], strict=True):
                yield from ((phrase, file, (*at, *path)) for phrase, path in _phrases(asked))
        for text in fields(Texts):
            yield getattr(self.texts, text.name), "flows/texts.yaml", (text.name,)
        for i, service in enumerate(self.directory.services):
            if service.told is Told.BY_STAFF:
                continue
            yield service.what, f"flows/areas/{self.directory.area}.yaml", ("services", i, "what")
            yield service.contact, f"flows/areas/{self.directory.area}.yaml", ("services", i, "contact")

    def fault(self, flow: str, path: tuple[str | int, ...], says: str) -> Fault:
        """Return a fault in a flow, pointing into the block or area file where its step is written."""
        if path[0] != "steps" or len(path) < 2 or not isinstance(path[1], int):
            return self.sources[f"flows/{flow}.yaml"].fault(path, says)
        file, at = self.places[flow][path[1]]
        return self.sources[file].fault((*at, *path[2:]), says)


def _phrases(asked: Step) -> Iterator[tuple[Phrase, tuple[str | int, ...]]]:
    key = "ask" if asked.asks else "text"
    yield asked.ask, (key,)
    yield from ((phrase, ("voices", voice)) for voice, phrase in asked.voices.items())
    yield from ((phrase, (k,)) for k, phrase in (("title", asked.title), ("help", asked.help)) if phrase)
    for j, choice in enumerate(asked.choices):
        yield choice.label, ("choices", j, "label")
        if choice.words:
            yield choice.words, ("choices", j, "words")


def areas(folder: Path = FLOWS) -> tuple[str, ...]:
    """Return every area that has a file."""
    return tuple(sorted(path.stem for path in (folder / "areas").glob("*.yaml")))


def read_script(area: str, folder: Path = FLOWS) -> Script:
    """Read all of flows/ for one area. Raises FaultyFile with the faults of every file."""
    reading = _Reading(folder, area)
    texts = reading.attempt(_read_texts)
    found = reading.attempt(_read_area)
    reading.attempt(_read_blocks)
    if found is not None:
        asked = (agency.asked(area, i) for i, agency in enumerate(found.agencies))
        reading.agencies = tuple(each for each in asked if each is not None)
    flows = [flow for path in flow_paths(folder) if (flow := reading.attempt(_read_flow, path)) is not None]
    if reading.faults or texts is None or found is None:
        raise FaultyFile(tuple(reading.faults))
    return Script(
        flows={flow.name: flow for flow in flows},
        texts=texts,
        directory=directory(found.area, found.services),
        agencies=tuple(found.agencies),
        triage=found.triage.rules(),
        sources=reading.sources,
        places=reading.places,
    )


def flow_paths(folder: Path = FLOWS) -> tuple[Path, ...]:
    """Return the file of every flow, the first flow first."""
    paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != "report", path.stem))
    return tuple(path for path in paths if path.stem not in NOT_FLOWS)


@dataclass
class _Reading:
    """What was read so far: files point at each other, and every fault of each is wanted."""

    folder: Path
    area: str
    faults: list[Fault] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    places: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    blocks: dict[str, tuple[str, list[SomeNode] | None]] = field(default_factory=dict)
    agencies: tuple[AskedAgency, ...] = ()

    def attempt(self, read: Callable[..., Read], *given: Path) -> Read | None:
        try:
            return read(self, *given)
        except FaultyFile as faulty:
            self.faults.extend(faulty.faults)
            return None

    @property
    def area_file(self) -> str:
        return f"flows/areas/{self.area}.yaml"

    def source(self, path: Path) -> Source:
        source = read_yaml(path, f"flows/{path.relative_to(self.folder).as_posix()}")
        self.sources[source.file] = source
        return source


def _read_blocks(reading: _Reading) -> None:
    for path in sorted((reading.folder / "blocks").glob("*.yaml")):
        reading.blocks[path.stem] = ("", None)  # there is one, should it be faulty
        reading.attempt(_read_block, path)


def _read_block(reading: _Reading, path: Path) -> None:
    source = reading.source(path)
    node = _parsed(source, BlockNode)
    if node.block != path.stem:
        says = f"block '{node.block}' must stand in {node.block}.yaml"
        raise FaultyFile((source.fault(("block",), says),))
    reading.blocks[node.block] = (source.file, node.steps)


def _read_flow(reading: _Reading, path: Path) -> Flow:
    source = reading.source(path)
    node = _parsed(source, FlowNode)
    if node.flow != path.stem:
        raise FaultyFile((source.fault(("flow",), f"flow '{node.flow}' must stand in {node.flow}.yaml"),))
    steps, places = [], []
    for asked, place in _steps(reading, node.flow, source.file, node.flow, node.steps):
        steps.append(asked)
        places.append(place)
    reading.places[node.flow] = tuple(places)
    return Flow(node.flow, _version(reading, places), tuple(steps))


def _steps(
    reading: _Reading, flow: str, file: str, owner: str, nodes: list[SomeNode]
) -> Iterator[tuple[Step, Place]]:
    """Yield the steps of a file in order, blocks and consents put in where they are used."""
    for i, node in enumerate(nodes):
        if isinstance(node, UseNode):
            if owner != flow:
                says = "a block holds steps, it cannot use another block"
                raise FaultyFile((reading.sources[file].fault(("steps", i, "use"), says),))
            if node.use not in reading.blocks:
                says = f"there is no block '{node.use}' in flows/blocks"
                raise FaultyFile((reading.sources[file].fault(("steps", i, "use"), says),))
            block_file, block = reading.blocks[node.use]
            if block is None:
                raise FaultyFile(())  # its own faults were told
            for asked, place in _steps(reading, flow, block_file, node.use, block):
                yield _only(asked, node.when), place
        elif isinstance(node, ConsentsNode):
            for agency in reading.agencies:
                if not (node.chosen and agency.gated):
                    place = (reading.area_file, ("agencies", agency.place, "consent"))
                    yield _chosen(agency.step, node.chosen), place
        else:
            name = node.say if isinstance(node, SayNode) else node.step
            yield _at_home(step(f"{owner}.{name}", node, reading.agencies), flow), (file, ("steps", i))


def _at_home(asked: Step, flow: str) -> Step:
    """Return a step for one of the flows that share it: a choice that leads to this flow leads nowhere."""
    if all(choice.flow != flow for choice in asked.choices):
        return asked
    return replace(
        asked, choices=tuple(replace(c, flow=None) if c.flow == flow else c for c in asked.choices)
    )


def _only(asked: Step, when: ConditionNode | None) -> Step:
    """Return a step of a block that is used only where a condition holds."""
    if when is None:
        return asked
    both = (when.condition(), asked.when) if asked.when else (when.condition(),)
    return replace(asked, when=All(both))


def _chosen(asked: Step, chosen: str | None) -> Step:
    """Return a consent step as it is asked of whoever chose its agency by name."""
    return replace(asked, when=Is(chosen, asked.agency or "")) if chosen else asked


def _version(reading: _Reading, places: Iterable[Place]) -> str:
    """Return what changes with anything a flow is made of."""
    digest = hashlib.sha256()
    for file, at in places:
        node = reading.sources[file].tree
        for key in at:
            node = node[key]
        digest.update(repr(node).encode())
    return digest.hexdigest()[:12]


Parsed = TypeVar("Parsed", BlockNode, FlowNode)


def _parsed(source: Source, model: type[Parsed]) -> Parsed:
    try:
        return parse(source, model)
    except FaultyFile as faulty:
        raise FaultyFile(tuple(_named(source, fault) for fault in faulty.faults)) from faulty


def _named(source: Source, fault: Fault) -> Fault:
    """Put the step's name before a fault inside one."""
    parts = fault.says.split(".")
    if parts[0] != "steps" or len(parts) < 3 or not parts[1].isdecimal():
        return fault
    found = source.tree["steps"][int(parts[1])]
    name = found.get("step") or found.get("say") or f"number {int(parts[1]) + 1}"
    rest = ".".join(part for part in parts[2:] if part not in TAGS)
    return Fault(fault.file, fault.line, fault.column, f"step '{name}': {rest}")


def _read_texts(reading: _Reading) -> Texts:
    source = reading.source(reading.folder / "texts.yaml")
    given = parse(source, TextsNode).root
    wanted = {field.name for field in fields(Texts)}
    faults = [Fault(source.file, 1, 1, f"text '{name}' is missing") for name in sorted(wanted - given.keys())]
    faults += [
        source.fault((name,), f"text '{name}' is not one the engine says") for name in given.keys() - wanted
    ]
    if faults:
        raise FaultyFile(tuple(sorted(faults)))
    return Texts(**{name: Phrase(f"texts.{name}", text.strip()) for name, text in given.items()})


def _read_area(reading: _Reading) -> AreaNode:
    source = reading.source(reading.folder / "areas" / f"{reading.area}.yaml")
    node = parse(source, AreaNode)
    again = [
        source.fault(("entry_points", i, "id"), f"entry_points.{i}.id: this id stands twice")
        for i in twice(node.entry_points)
    ]
    if again:
        raise FaultyFile(tuple(again))
    return node
