"""A report laid out for the eye: what each line says, in words. Pure; nothing here is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casebridge.area import Area
from casebridge.desk.wording import (
    REACHING,
    day_of,
    humanise,
    language_words,
    moment_words,
    vague_day_words,
    value_words,
)
from casebridge.report import (
    FEEDBACK,
    FOLLOW_UP,
    Answer,
    AnswerState,
    Consent,
    ConsentLevel,
    Holds,
    Involvement,
    Pace,
    Permission,
    Report,
    Urgency,
    wording_hash,
)

VOICES = {
    Involvement.VICTIM: "The person it happened to",
    Involvement.WITNESS: "Someone who saw or heard it",
    Involvement.SUPPORTER: "Someone reporting for another person",
}
STATES = {
    AnswerState.ANSWERED: "",
    AnswerState.SKIPPED: "Skipped this question",
    AnswerState.REFUSED: "Preferred not to say",
    AnswerState.DONT_KNOW: "Does not know",
    AnswerState.NOT_ASKED: "Not asked",
}
LEVELS = {
    ConsentLevel.WITH_DETAILS: "Yes, with details",
    ConsentLevel.WITHOUT_DETAILS: "Yes, without details",
    ConsentLevel.NO: "No",
}
PACES = {
    Pace.CONVERSATION: "One conversation wrote more, or sent more reports, than people usually do.",
    Pace.ADDRESS: "Much came from one place on the internet. A library or a hostel can look like that.",
    Pace.DEPLOYMENT: "More reports than usual came in at that time.",
}
CODED = frozenset({"kind", "part"})
PLAIN = frozenset({"text", "outcode"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a value, with its name where it needs one."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: the question, what was understood, and the person's own words."""

    name: str
    state: str  # why there is no answer, in words; "" where there is one
    understood: tuple[Part, ...]
    said: str
    language: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One consent as the page shows it."""

    agency: str
    level: ConsentLevel
    level_words: str
    wording: str
    language: str
    language_words: str
    given_by: str
    when: str
    wording_hash: str
    genuine: bool  # the sentence is the one the hash was made of


@dataclass(frozen=True, slots=True)
class Band:
    """Where the machine put a report in the queue, and why: for the agency that coordinates."""

    name: str
    reasons: tuple[str, ...]
    kept: bool  # False for a report made before reasons were kept with it


@dataclass(frozen=True, slots=True)
class Allowance:
    """One thing a person allowed or refused, as the page shows it."""

    purpose: str
    given: bool
    wording: str
    language: str
    language_words: str
    given_by: str
    when: str
    genuine: bool  # the sentence is the one the hash was made of


@dataclass(frozen=True, slots=True)
class Reading:
    """One report as the page shows it."""

    voice: str
    language: str
    language_words: str
    channel: str
    sent: str
    without_details: bool
    incident: tuple[Line, ...]
    contact: tuple[Line, ...]
    not_asked: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    band: Band | None
    allowances: tuple[Allowance, ...]
    paces: tuple[str, ...]  # what was unusually fast when it was sent


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a report, as the page shows it."""

    reading: Reading
    when: str
    is_feedback: bool


def read(report: Report, area: Area) -> Reading:
    """Lay out a report for one page."""
    asked = [answer for answer in report.answers if answer.state is not AnswerState.NOT_ASKED]
    return Reading(
        voice=VOICES[report.involvement],
        language=report.language,
        language_words=language_words(report.language),
        channel=humanise(report.channel),
        sent=moment_words(report.submitted_at) if report.submitted_at else "",
        without_details=report.level is ConsentLevel.WITHOUT_DETAILS,
        incident=tuple(_line(answer, report) for answer in asked if not _is_contact(answer)),
        contact=_contact(asked, report),
        not_asked=tuple(
            humanise(answer.name) for answer in report.answers if answer.state is AnswerState.NOT_ASKED
        ),
        agreements=tuple(_agreement(consent, report, area) for consent in report.consents),
        band=_band(report, area),
        allowances=tuple(_allowance(permission, report) for permission in report.permissions),
        paces=tuple(PACES[pace] for pace in report.pace),
    )


def addition(added: Report, at: datetime, area: Area) -> Added:
    """Lay out what was added; when exactly is a detail."""
    return Added(read(added, area), _when(at, added), added.form == FEEDBACK)


def understood(answer: Answer) -> tuple[Part, ...]:
    """Return an answer's value in words, part by part."""
    match answer.value:
        case None:
            return ()
        case str() as value:
            return _plain(answer, (value,))
        case tuple() as values:
            return _plain(answer, values)
        case Mapping() as parts if answer.holds is Holds.DAY:
            return _day(parts)
        case Mapping() as parts:
            return _named(parts)


def _line(answer: Answer, report: Report) -> Line:
    value = understood(answer)
    words = answer.holds is Holds.WORDS
    return Line(
        name=humanise(answer.name),
        state=STATES[answer.state],
        understood=() if words else value,
        said=answer.said or (str(answer.value or "") if words else ""),  # free words are the value itself
        language=answer.language or report.language,
    )


def _contact(asked: list[Answer], report: Report) -> tuple[Line, ...]:
    """Return how to reach somebody, in order; nothing for an agency that may not know it."""
    if report.level is ConsentLevel.WITHOUT_DETAILS:
        return ()
    lines = [(answer.name, _line(answer, report)) for answer in asked if _is_contact(answer)]
    lines += [(FOLLOW_UP, _permitted(each)) for each in report.permissions if each.purpose == FOLLOW_UP]
    return tuple(line for _, line in sorted(lines, key=lambda named: (*REACHING, named[0]).index(named[0])))


def _permitted(permission: Permission) -> Line:
    said = Part("Yes" if permission.given else "No")
    return Line(humanise(permission.purpose), "", (said,), "", permission.language)


def _plain(answer: Answer, values: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(value_words(answer.name, value) if answer.holds in (Holds.CODE, Holds.PERSON) else value)
        for value in values
    )


def _day(parts: Mapping[str, str]) -> tuple[Part, ...]:
    day = vague_day_words(parts.get("day") or parts.get("month", ""), parts.get("precision", ""))
    rest = {name: value for name, value in parts.items() if name not in {"kind", "day", "month", "precision"}}
    return (*((Part(day),) if day else ()), *_named(rest))


def _named(parts: Mapping[str, str]) -> tuple[Part, ...]:
    """Return parts under their names; a code needs none, nor does a place as it was written."""
    return tuple(
        Part(humanise(value)) if name in CODED else Part(value, "" if name in PLAIN else humanise(name))
        for name, value in parts.items()
        if value
    )


def _is_contact(answer: Answer) -> bool:
    return answer.holds is Holds.CONTACT or answer.name in REACHING


def _agreement(consent: Consent, report: Report, area: Area) -> Agreement:
    return Agreement(
        agency=_agency_name(consent.agency, area),
        level=consent.level,
        level_words=LEVELS[consent.level],
        wording=consent.wording,
        language=consent.language,
        language_words=language_words(consent.language),
        given_by=VOICES[consent.given_by],
        when=_when(consent.at, report),
        wording_hash=consent.wording_hash,
        genuine=wording_hash(consent.wording) == consent.wording_hash,
    )


def _allowance(permission: Permission, report: Report) -> Allowance:
    return Allowance(
        purpose=humanise(permission.purpose),
        given=permission.given,
        wording=permission.wording,
        language=permission.language,
        language_words=language_words(permission.language),
        given_by=VOICES[permission.given_by],
        when=_when(permission.at, report),
        genuine=wording_hash(permission.wording) == permission.wording_hash,
    )


def _when(moment: datetime, report: Report) -> str:
    return day_of(moment) if report.level is ConsentLevel.WITHOUT_DETAILS else moment_words(moment)


def _band(report: Report, area: Area) -> Band | None:
    if not any(agency.coordinates for agency in area.agencies if agency.id == report.agency):
        return None
    kept = bool(report.reasons) or report.urgency is Urgency.STANDARD  # a standard one may have none
    return Band(
        humanise(report.urgency), tuple(_reason_words(reason, area) for reason in report.reasons), kept
    )


def _reason_words(reason: str, area: Area) -> str:
    try:
        return area.reason(reason)
    except KeyError:
        return humanise(reason)  # it has left the area since


def _agency_name(agency: str, area: Area) -> str:
    try:
        return area.agency(agency).name
    except KeyError:
        return humanise(agency)  # it has left the area since
