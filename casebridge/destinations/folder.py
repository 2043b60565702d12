"""Hands a report over as one JSON file in a folder the agency's own system picks up.

`<handed over>/<agency>/<reference>-<start of the delivery id>.json`, an addition with
`-addition` behind the reference, both valid against the published schema. A file that was
picked up and is sent again after a crash has the same name. When consent is taken back, the
files that still lie there go, and `<reference>-withdrawn-….json` says so: whoever picked any
up has to remove their copies.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from casebridge.destinations.destination import DeliveryError, Parcel
from casebridge.tables import What
from casebridge.wholefile import private_folder, write_once


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes below `root`, one folder an agency."""

    root: Path

    def send(self, parcel: Parcel) -> None:
        try:
            folder = private_folder(self.root / parcel.agency)
            write_once(folder / _name(parcel), _content(parcel))
            _remove_what_is_over(folder, parcel)
        except OSError as error:
            raise DeliveryError(f"folder-{error.errno}", permanent=False) from error


def _name(parcel: Parcel) -> str:
    start = parcel.delivery_id[:8]
    match parcel.what:
        case What.REPORT:
            return f"{parcel.reference}-{start}.json"
        case What.ADDITION:
            return f"{parcel.reference}-addition-{start}.json"
        case What.WITHDRAWAL:
            return f"{parcel.reference}-withdrawn-{start}.json"
        case _:
            assert_never(parcel.what)


def _content(parcel: Parcel) -> bytes:
    if parcel.report is not None:
        return parcel.report.model_dump_json(indent=2).encode()
    notice = {
        "reference": parcel.reference,
        "agency": parcel.agency,
        "withdrawn_on": parcel.queued_at.date().isoformat(),
    }
    return json.dumps(notice, indent=2).encode()


def _remove_what_is_over(folder: Path, parcel: Parcel) -> None:
    """Remove a report that was taken back, or the word of it once it was given again."""
    words = set(folder.glob(f"{parcel.reference}-withdrawn-*.json"))
    match parcel.what:
        case What.REPORT:
            over = words
        case What.WITHDRAWAL:
            over = {*folder.glob(f"{parcel.reference}-*.json"), *folder.glob(f".{parcel.reference}-*.part")}
            over -= words
        case _:
            over = set()
    for file in over:
        file.unlink(missing_ok=True)
