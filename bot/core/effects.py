"""What the outside is asked to do after a message, and what it tells back. The engine itself does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.conversation import Conversation
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
    """Remove everything this person wrote, at once. `wipe`: they want no trace on this phone."""

    wipe: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """Let the draft be found by this code, and by none that it was put off with before."""

    code: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find a draft by its code, or how a report stands, by its code or by the reference kept here."""

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


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Move the draft that was found to this conversation; where it was begun nothing of it stays."""


Effect = Submit | Erase | Keep | LookUp | Add | TakeBack | TakeAllBack | Give | TakeUp


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that was put off, found by its code."""

    conversation: Conversation
    is_here: bool  # the code was brought to the very conversation it was given in


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
    language: str = ""  # that the report was made in; "" where it was not opened
