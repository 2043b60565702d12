"""What the outside is asked to do after a message, and what it tells back. The engine itself does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from casebridge.report import Consent, ConsentLevel, Report


@dataclass(frozen=True, slots=True)
class Submit:
    """Seal this report, queue it for the agencies agreed to, and forget the draft."""

    report: Report
    code: str
    photos: tuple[str, ...] = ()  # ids of the pictures to go along, in order
    originals: bool = False  # as they were sent too


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove everything this person wrote, at once."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find how a report stands, by its return code or by the reference kept here."""

    code: str = ""
    reference: str = ""
    not_for: tuple[str, ...] = ()  # reports this phone made for clients: their codes are theirs to use


@dataclass(frozen=True, slots=True)
class Add:
    """Seal what a reporter adds to their report, for these agencies. `question`: the one it answers."""

    report: Report
    agencies: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Close a report to these agencies, and tell them."""

    reference: str
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeAllBack:
    """Close a report to everyone, and erase it."""

    reference: str


@dataclass(frozen=True, slots=True)
class Give:
    """Open a report with its code and seal it anew, for one more agency."""

    reference: str
    code: str
    consent: Consent


Effect = Submit | Erase | LookUp | Add | TakeBack | TakeAllBack | Give


@dataclass(frozen=True, slots=True)
class Found:
    """How a report stands, as far as whoever asks may know.

    `shared` is None where the report could not be opened: nobody brought its code. `code` is a new
    return code, for a client whose first one a worker has seen.
    """

    reference: str
    status: str
    reason: str = ""
    shared: Mapping[str, ConsentLevel] | None = None
    involvement: str = ""
    questions: Mapping[str, str] = field(default_factory=dict)  # id -> text, "" where it cannot be read
    survey: bool = False
    agencies: tuple[str, ...] = ()  # those that can open it now
    code: str = ""
