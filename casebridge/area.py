"""The agencies of one area and how each is reached, read from flows/areas/<area>.yaml.

The same file holds the directory of services and the rules of triage, which the conversation
reads for itself; of these rules the desk needs the words alone.
"""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from casebridge.yamlfile import parse, read_yaml

AREAS = Path(__file__).parent.parent / "flows" / "areas"


class Agency(BaseModel):
    """One agency a person may agree to share with. How it is asked about is the conversation's."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str
    name: str
    coordinates: bool = False  # the case group: it receives for the area and sees every consent
    destinations: tuple[str, ...] = Field(strict=False)


class Reason(BaseModel):
    """What may have put a report into its band, in words for the desk."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    label: str


class Triage(BaseModel):
    """Every reason there is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    red_flags: tuple[Reason, ...] = ()
    points: tuple[Reason, ...] = ()


class EntryPoint(BaseModel):
    """A place from which people come to the chat: a reception point, a poster, a partner's site."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str


class Area(BaseModel):
    """What forwarding needs to know of an area."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    area: str
    name: str
    agencies: tuple[Agency, ...]
    triage: Triage = Triage()
    entry_points: tuple[EntryPoint, ...] = ()

    def has_entry(self, entry: str) -> bool:
        """Say whether the file names an entry point of that id."""
        return any(point.id == entry for point in self.entry_points)

    def agency(self, agency_id: str) -> Agency:
        """Return the agency with that id. Raises KeyError."""
        for agency in self.agencies:
            if agency.id == agency_id:
                return agency
        raise KeyError(agency_id)

    def reason(self, reason_id: str) -> str:
        """Return a reason in words. Raises KeyError."""
        for reason in (*self.triage.red_flags, *self.triage.points):
            if reason.id == reason_id:
                return reason.label
        raise KeyError(reason_id)


@cache
def read_area(area: str, folder: Path = AREAS) -> Area:
    """Read the area's file. Raises FaultyFile."""
    path = folder / f"{area}.yaml"
    return parse(read_yaml(path, f"flows/areas/{area}.yaml"), Area)
