"""What the outside is asked to do after a message. The engine itself does nothing."""

from dataclasses import dataclass

from casebridge.report import Report


@dataclass(frozen=True, slots=True)
class Submit:
    """Seal this report, queue it for the agencies agreed to, and forget the draft."""

    report: Report
    code: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove everything this person wrote, at once."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find how far a report has come, by its return code or by the reference kept here."""

    code: str = ""
    reference: str = ""


Effect = Submit | Erase | LookUp
