"""flows/wording.yaml as typed rules of wording, and where each of them is no rule."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bot.conditions import Node
from bot.core.plainness import Avoided, Harm, Wording
from bot.flowfile import FLOWS
from casebridge.yamlfile import FaultyFile, parse, read_yaml

FILE = "wording.yaml"
_WORD = r"(?:[^\W_]+(?:'[^\W_]+)*\*?|%)"
_PHRASE = re.compile(rf"{_WORD}(?: (?:\* )?{_WORD})*")


def _plain(phrase: str) -> str:
    if not _PHRASE.fullmatch(phrase):
        raise PydanticCustomError(
            "no_phrase", "Must be plain words; '*' ends a word, or stands alone between words"
        )
    return phrase


class LimitsNode(Node):
    longest_sentence: int = Field(ge=1)
    average_sentence: int = Field(ge=1)


class AvoidedNode(Node):
    phrase: Annotated[str, AfterValidator(_plain)]
    kind: Harm = Field(strict=False)
    why: str = Field(min_length=1)


class WordingNode(Node):
    limits: LimitsNode
    avoid: list[AvoidedNode]


def read_wording(folder: Path = FLOWS) -> Wording:
    """Read flows/wording.yaml. Raises FaultyFile with every fault, a phrase that stands twice included."""
    source = read_yaml(folder / FILE, f"flows/{FILE}")
    node = parse(source, WordingNode)
    phrases = [entry.phrase.casefold() for entry in node.avoid]
    twice = tuple(
        source.fault(("avoid", i, "phrase"), f"'{phrase}' stands here twice")
        for i, phrase in enumerate(phrases)
        if phrase in phrases[:i]
    )
    if twice:
        raise FaultyFile(twice)
    avoided = tuple(Avoided(entry.phrase, entry.kind, entry.why) for entry in node.avoid)
    return Wording(node.limits.longest_sentence, node.limits.average_sentence, avoided)
