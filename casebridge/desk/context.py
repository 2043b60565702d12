"""What a view may reach: one object, made in `app.py` and passed by the app."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from casebridge.area import Area
from casebridge.database import Database
from casebridge.desk.access import Door
from casebridge.desk.clock import Clock
from casebridge.deskpages import DeskPages
from casebridge.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of one area."""

    area: Area
    door: Door
    read_keys: Callable[[], Keyring]  # at each report, so a new key needs no restart
    clock: Clock
    pages: tuple[DeskPages, ...] = ()  # made by others, for the links to them

    @property
    def database(self) -> Database:
        return self.door.database

    def agency_name(self, agency: str) -> str:
        return self.area.agency(agency).name


def desk() -> Desk:
    """Return the desk this request came to."""
    return cast(Desk, current_app.extensions["desk"])
