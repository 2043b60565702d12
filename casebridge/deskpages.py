"""Further pages of the desk, made by a program beside this one and named by DESK_PAGES.

The case bridge knows nothing of the conversation, yet its staff want to try it where they are
signed in. So the name comes from outside, as a setting, and only this module follows it. The pages
come under the desk's guard, headers and forms like its own; they are given an area and a clock,
and neither a key nor the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from flask import Blueprint

from casebridge.settings import FaultySettings


@dataclass(frozen=True, slots=True)
class DeskPages:
    """Pages with one link to them: its words, and the blueprint whose page `start` it opens."""

    title: str
    blueprint: Blueprint

    @property
    def start(self) -> str:
        return f"{self.blueprint.name}.start"


def open_pages(name: str, area: str, now: Callable[[], datetime]) -> tuple[DeskPages, ...]:
    """Make the pages of that name, "module:function"; none where it is empty. Raises FaultySettings."""
    if not name:
        return ()
    module, _, function = name.partition(":")
    try:
        make: Callable[[str, Callable[[], datetime]], DeskPages] = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise FaultySettings((f"DESK_PAGES: there is no '{name}' here",)) from error
    return (make(area, now),)
