"""The agencies of one area and how each is reached, read from flows/areas/<area>.yaml.

The same file holds the directory of services, which the conversation reads for itself.
"""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from casebridge.yamlfile import parse, read_yaml

AREAS = Path(__file__).parent.parent / "flows" / "areas"


class Agency(BaseModel):
    """One agency a person may agree to share with."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    name: str
    coordinates: bool = False  # the case group: it receives for the area and sees every consent
    destinations: tuple[str, ...] = Field(strict=False)


class Area(BaseModel):
    """What forwarding needs to know of an area."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    area: str
    name: str
    agencies: tuple[Agency, ...]

    def agency(self, agency_id: str) -> Agency:
        """Return the agency with that id. Raises KeyError."""
        for agency in self.agencies:
            if agency.id == agency_id:
                return agency
        raise KeyError(agency_id)


@cache
def read_area(area: str) -> Area:
    """Read the area's file. Raises FaultyFile."""
    path = AREAS / f"{area}.yaml"
    return parse(read_yaml(path, f"flows/areas/{area}.yaml"), Area)
