"""Reads a YAML file into a strict pydantic model; every fault knows its file, line and column."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file somebody writes by hand. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.says}"


class FaultyFile(Exception):
    """A file that cannot be used, with everything that is wrong in it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file that still knows where everything stood."""

    file: str
    tree: Any

    def place(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        """Return line and column of the node at `path`, or of its nearest known parent."""
        node, line, column = self.tree, 1, 1
        for key in path:
            try:
                if isinstance(node, CommentedMap) and key in node:
                    line, column = (n + 1 for n in node.lc.key(key))
                elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
                    line, column = (n + 1 for n in node.lc.item(key))
                else:  # not there, or the name pydantic gives to one of several models
                    continue
            except (AttributeError, KeyError):
                break
            node = node[key]
        return line, column

    def fault(self, path: tuple[str | int, ...], says: str) -> Fault:
        return Fault(self.file, *self.place(path), says)


def read_yaml(path: Path, name: str = "") -> Source:
    """Parse YAML 1.2 (`no` is a word, a key may not come twice). Raise FaultyFile."""
    name = name or path.name
    try:
        tree = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultyFile((Fault(name, 1, 1, f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise FaultyFile((Fault(name, 1, 1, "is not UTF-8 text"),)) from error
    except ValueError as error:  # an unquoted day that there is not
        raise FaultyFile((Fault(name, 1, 1, f"cannot be read: {error}"),)) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        says = (error.problem or "is not YAML").strip().splitlines()[0]
        raise FaultyFile((Fault(name, line, column, says),)) from error
    return Source(name, tree)


def parse(source: Source, model: type[Model]) -> Model:
    """Turn a parsed file into `model`, strictly. Raise FaultyFile with every fault."""
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        faults = tuple(_fault(source, found) for found in error.errors())
        raise FaultyFile(tuple(sorted(faults))) from error


def _fault(source: Source, found: Any) -> Fault:
    path = tuple(found["loc"])
    where = ".".join(str(part) for part in path)
    return source.fault(path, f"{where}: {found['msg'][:1].lower()}{found['msg'][1:]}")
