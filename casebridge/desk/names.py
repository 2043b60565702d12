"""The name a case worker signs in with: any they choose, shown to colleagues beside what they did."""

import unicodedata
from enum import StrEnum

SHORTEST, LONGEST = 2, 80
LONGEST_TYPED = 1000


class NameFault(StrEnum):
    """Why a name cannot be taken."""

    LENGTH = "length"
    TAKEN = "taken"


def tidy(name: str) -> str:
    """Return a name as it is shown: one line, single spaces, nothing invisible."""
    flat = unicodedata.normalize("NFKC", name[:LONGEST_TYPED])
    return " ".join("".join(c if c.isprintable() else " " for c in flat).split())


def compared(name: str) -> str:
    """Return a name as it is compared: "  Sam CARTER" is "sam carter"."""
    return tidy(name).casefold()[: 2 * LONGEST]


def length_fault(name: str) -> NameFault | None:
    return None if SHORTEST <= len(tidy(name)) <= LONGEST else NameFault.LENGTH
