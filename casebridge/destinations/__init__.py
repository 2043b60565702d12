"""Where reports go. To add a destination: one module here, and its line in DESTINATIONS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from casebridge.area import Area
from casebridge.database import Database
from casebridge.destinations.desk import Desk
from casebridge.destinations.destination import DeliveryError, Destination, Parcel
from casebridge.destinations.folder import Folder
from casebridge.settings import Settings

__all__ = [
    "DESTINATIONS",
    "DeliveryError",
    "Destination",
    "Parcel",
    "open_destinations",
    "unknown_destinations",
]

DESTINATIONS: Mapping[str, Callable[[Database, Settings], Destination]] = MappingProxyType(
    {
        "desk": lambda database, _settings: Desk(database),
        "folder": lambda _database, settings: Folder(settings.var_dir / "handed-over"),
    }
)
"""How each destination an area file may name is made ready."""


def open_destinations(database: Database, settings: Settings) -> dict[str, Destination]:
    """Return every destination by the name area files use."""
    return {name: opened(database, settings) for name, opened in DESTINATIONS.items()}


def unknown_destinations(area: Area) -> tuple[str, ...]:
    """Return the names of destinations the area's file uses and nobody knows."""
    used = {name for agency in area.agencies for name in agency.destinations}
    return tuple(sorted(used - DESTINATIONS.keys()))
