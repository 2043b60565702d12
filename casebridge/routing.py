"""Which agency gets which view of a report, from consent and area alone. Pure.

"Without details" means coded facts, month and outward code (DESIGN.md §8): no story, no
name, no contact, no exact place or time. What is about the person rather than the incident,
such as age, health and how they feel, then reaches nobody but the coordinating agency.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from casebridge.area import Agency, Area
from casebridge.report import (
    Answer,
    AnswerState,
    Consent,
    ConsentLevel,
    Holds,
    Permission,
    Report,
    Value,
)

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DAY = re.compile(r"(?P<month>[0-9]{4}-[0-9]{2})-[0-9]{2}")
_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")


def views(report: Report, area: Area) -> dict[str, Report]:
    """Return the view of each agency that consent was given for, by agency id."""
    found = ((agency.id, view_for(report, agency)) for agency in area.agencies)
    return {agency: view for agency, view in found if view is not None}


def view_for(report: Report, agency: Agency) -> Report | None:
    """Return the part of the report this agency may have; None if it may know nothing."""
    consent = next((given for given in reversed(report.consents) if given.agency == agency.id), None)
    if consent is None or not consent.allows():
        return None
    consents = report.consents if agency.coordinates else (consent,)
    return _at_level(report.model_copy(update={"consents": consents}), agency, consent.level)


def addition_views(addition: Report, levels: Mapping[str, ConsentLevel], area: Area) -> dict[str, Report]:
    """Return the view of each agency that may have what was added, by the level it may have the report at."""
    return {
        agency.id: _at_level(addition, agency, levels[agency.id])
        for agency in area.agencies
        if levels.get(agency.id, ConsentLevel.NO) is not ConsentLevel.NO
    }


def _at_level(report: Report, agency: Agency, level: ConsentLevel) -> Report:
    if not agency.coordinates:  # reasons tell of answers consent withholds
        report = report.model_copy(update={"reasons": (), "permissions": (), "signposted": (), "pace": ()})
    own = {"agency": agency.id, "level": level}
    if level is ConsentLevel.WITH_DETAILS:
        return report.model_copy(update=own)
    return report.model_copy(
        update=own
        | {
            "consents": tuple(map(_consent_to_the_day, report.consents)),
            "permissions": tuple(map(_permission_to_the_day, report.permissions)),
            "answers": tuple(_without_details(report.answers, agency)),
            "submitted_at": None,
        }
    )


def _consent_to_the_day(consent: Consent) -> Consent:
    return consent.model_copy(update={"at": _day(consent.at)})


def _permission_to_the_day(permission: Permission) -> Permission:
    return permission.model_copy(update={"at": _day(permission.at)})


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _without_details(answers: tuple[Answer, ...], agency: Agency) -> Iterator[Answer]:
    for answer in answers:
        match answer.holds:
            case Holds.CODE:
                yield _reduced(answer, _codes(answer.value))
            case Holds.PERSON:
                if agency.coordinates:
                    yield _reduced(answer, _codes(answer.value))
            case Holds.DAY:
                yield _reduced(answer, _month(answer.value))
            case Holds.PLACE:
                yield _reduced(answer, _rough_place(answer.value))
            case Holds.WORDS | Holds.CONTACT:
                pass


def _reduced(answer: Answer, value: Value) -> Answer:
    value = value if answer.state is AnswerState.ANSWERED else None
    return answer.model_copy(update={"value": value, "said": "", "at": None})


def _codes(value: Value) -> Value:
    """Keep what has the shape of a code, so that words filed in the wrong drawer stay behind."""
    match value:
        case str():
            return value if _CODE.fullmatch(value) else None
        case tuple():
            return tuple(code for code in value if _CODE.fullmatch(code))
        case _:
            return None


def _month(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return None
    found = _DAY.fullmatch(value.get("day", ""))
    return {"month": found["month"]} if found else None


def _rough_place(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return None
    shapes = {"kind": _CODE, "outcode": _OUTCODE}
    return {part: value[part] for part, shape in shapes.items() if shape.fullmatch(value.get(part, ""))}
