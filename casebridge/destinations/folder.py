"""Hands a report over as one JSON file in a folder the agency's own system picks up.

`<handed over>/<agency>/<reference>-<start of the delivery id>.json`, valid against the
published schema. A file that was picked up and is sent again after a crash has the same name.
"""

from dataclasses import dataclass
from pathlib import Path

from casebridge.destinations.destination import DeliveryError, Parcel
from casebridge.wholefile import private_folder, write_once


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes below `root`, one folder an agency."""

    root: Path

    def send(self, parcel: Parcel) -> None:
        try:
            folder = private_folder(self.root / parcel.agency)
            name = f"{parcel.reference}-{parcel.delivery_id[:8]}.json"
            write_once(folder / name, parcel.report.model_dump_json(indent=2).encode())
        except OSError as error:
            raise DeliveryError(f"folder-{error.errno}", permanent=False) from error
