"""The contract: what a third-party report is, for every agency that receives one.

Frozen and versioned. Fields may be added, never removed or given another meaning; the
published JSON Schema is `python -m casebridge schema`.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

CONTRACT: Final = "1.0"
FEEDBACK: Final = "feedback"  # the form of an addition that says how it went


class Involvement(StrEnum):
    """Whose voice the report is in."""

    VICTIM = "victim"
    WITNESS = "witness"
    SUPPORTER = "supporter"


class AnswerState(StrEnum):
    """Why an answer holds a value, or does not. Never collapsed into "empty"."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    NOT_ASKED = "not_asked"


class Holds(StrEnum):
    """What sort of fact an answer holds; routing decides by this what an agency may see."""

    CODE = "code"  # one of a closed list
    PERSON = "person"  # the same about the person themselves: age, health, how they feel
    DAY = "day"
    PLACE = "place"
    WORDS = "words"  # what the person wrote freely
    CONTACT = "contact"


class ConsentLevel(StrEnum):
    """How much of a report one named agency may have."""

    WITH_DETAILS = "with_details"
    WITHOUT_DETAILS = "without_details"
    NO = "no"


class Urgency(StrEnum):
    """The automatic band. It orders the queue and nothing else; a person sets the level of risk."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    STANDARD = "standard"
    ROUTINE = "routine"  # not urgent, in reports made before there were bands


class Pace(StrEnum):
    """Which budget a report came over. It was taken all the same; a person looks at it."""

    CONVERSATION = "conversation"
    ADDRESS = "address"  # of the network
    DEPLOYMENT = "deployment"


Value = str | tuple[str, ...] | Mapping[str, str] | None
"""A code; several codes; or named parts: `{"day": "2026-11-17", "precision": "day"}`,
`{"kind": "home", "text": "…", "outcode": "TS18"}`."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Frozen):
    """One fact about the incident: what was understood, and beside it what was said."""

    name: str
    holds: Holds
    state: AnswerState
    value: Value = None
    said: str = ""
    language: str = ""
    at: datetime | None = None


class Consent(_Frozen):
    """What a person agreed to for one named agency, with the very sentence they were shown."""

    agency: str
    level: ConsentLevel
    wording: str
    wording_hash: str
    language: str
    given_by: Involvement
    at: datetime

    def allows(self) -> bool:
        return self.level is not ConsentLevel.NO


FOLLOW_UP: Final = "follow_up"  # to be written to, on the phone the report was made on
PURPOSES: Final = ("named_in_meeting", "statistics", "survey", FOLLOW_UP)


class Permission(_Frozen):
    """What else a person allowed or refused about their report, with the very sentence they were shown.

    `purpose` is one of PURPOSES.
    """

    purpose: str
    given: bool
    wording: str
    wording_hash: str
    language: str
    given_by: Involvement
    at: datetime


class Report(_Frozen):
    """A finished third-party report, or the part of it one agency may have (`agency` is set).

    What its reporter adds later is a report of the same reference with `addition` set.
    """

    contract: Literal["1.0"] = CONTRACT
    reference: str
    area: str
    form: str
    form_version: str
    language: str
    channel: str
    involvement: Involvement
    urgency: Urgency
    submitted_on: date
    submitted_at: datetime | None
    answers: tuple[Answer, ...]
    consents: tuple[Consent, ...]
    agency: str | None = None
    level: ConsentLevel = ConsentLevel.WITH_DETAILS
    reasons: tuple[str, ...] = ()  # ids of what put it into its band; only the case group has them
    signposted: tuple[str, ...] = ()  # ids of the services its reporter was told of; as the reasons
    addition: str = ""  # "" is the report itself, else the uuid4 of what was added
    permissions: tuple[Permission, ...] = ()  # only the case group has them
    pace: tuple[Pace, ...] = ()  # what was unusually fast when it was sent; only the case group has it


def wording_hash(wording: str) -> str:
    """Return the SHA-256 of a consent sentence as shown, in hex."""
    return hashlib.sha256(wording.encode()).hexdigest()
