"""Reads flows/wording.yaml, what no English phrase of ours says; every fault is one line."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, RootModel
from pydantic_core import PydanticCustomError

from bot.conditions import Node
from bot.core.plainness import Avoided, Harm
from bot.flowfile import FLOWS
from casebridge.yamlfile import FaultyFile, parse, read_yaml

FILE = "wording.yaml"
_WORD = r"(?:[^\W_]+(?:'[^\W_]+)*\*?|%)"
_PHRASE = re.compile(rf"{_WORD}(?: (?:\* )?{_WORD})*")


def _plain(phrase: str) -> str:
    if not _PHRASE.fullmatch(phrase):
        raise PydanticCustomError(
            "phrase", "Must be plain words; '*' ends a word, or stands alone between two"
        )
    return phrase


class AvoidedNode(Node):
    phrase: Annotated[str, AfterValidator(_plain)]
    kind: Harm = Field(strict=False)
    why: str = Field(min_length=1)


class AvoidedNodes(RootModel[list[AvoidedNode]]):
    pass


def read_avoided(folder: Path = FLOWS) -> tuple[Avoided, ...]:
    """Return what is not said. Raises FaultyFile with every fault, a phrase that stands twice included."""
    source = read_yaml(folder / FILE, f"flows/{FILE}")
    nodes = parse(source, AvoidedNodes).root
    phrases = [node.phrase.casefold() for node in nodes]
    twice = tuple(
        source.fault((i, "phrase"), f"'{node.phrase}' stands here twice")
        for i, node in enumerate(nodes)
        if phrases[i] in phrases[:i]
    )
    if twice:
        raise FaultyFile(twice)
    return tuple(Avoided(node.phrase, node.kind, node.why) for node in nodes)
