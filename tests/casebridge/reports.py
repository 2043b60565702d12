"""A made-up area, a made-up report, and one sealed and queued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from casebridge.area import Agency, Area
from casebridge.asking import reporter_key
from casebridge.database import Database
from casebridge.outbox import submit
from casebridge.report import (
    Answer,
    AnswerState,
    Consent,
    ConsentLevel,
    Holds,
    Involvement,
    Report,
    Urgency,
    wording_hash,
)
from casebridge.routing import addition_views, views
from casebridge.sealing import RecipientKey, seal

NOW = datetime(2026, 11, 22, 21, 4, 37, tzinfo=UTC)
STORY = "Er schrie „verschwinde“ und trat gegen die Tür"
ADDED = "Heute stand er wieder vor dem Haus"
CODE_KEY = bytes(range(32))

AREA = Area(
    area="stockton-on-tees",
    name="Stockton-on-Tees",
    agencies=(
        Agency(id="case_group", name="Case group", coordinates=True, destinations=("desk", "folder")),
        Agency(id="police", name="Police", destinations=("desk",)),
        Agency(id="housing", name="Housing", destinations=("desk", "folder")),
    ),
)

ANSWERS = (
    Answer(
        name="strands",
        holds=Holds.CODE,
        state=AnswerState.ANSWERED,
        value=("race", "religion"),
        said="weil ich Muslima bin",
        language="de",
        at=NOW,
    ),
    Answer(
        name="when",
        holds=Holds.DAY,
        state=AnswerState.ANSWERED,
        value={"day": "2026-11-21", "precision": "day"},
        said="gestern Abend",
        language="de",
        at=NOW,
    ),
    Answer(
        name="where",
        holds=Holds.PLACE,
        state=AnswerState.ANSWERED,
        value={"kind": "home", "text": "12 Yarm Lane", "outcode": "TS18"},
        said="zu Hause, 12 Yarm Lane",
        language="de",
        at=NOW,
    ),
    Answer(name="story", holds=Holds.WORDS, state=AnswerState.ANSWERED, value=STORY, said=STORY, at=NOW),
    Answer(
        name="contact",
        holds=Holds.CONTACT,
        state=AnswerState.ANSWERED,
        value={"phone": "+447700900123"},
        said="07700 900123",
        at=NOW,
    ),
    Answer(name="repeat", holds=Holds.CODE, state=AnswerState.REFUSED, said="das sage ich nicht", at=NOW),
)


def make_consent(agency: str, level: ConsentLevel = ConsentLevel.WITH_DETAILS) -> Consent:
    wording = f"May we share this report with {agency}?"
    return Consent(
        agency=agency,
        level=level,
        wording=wording,
        wording_hash=wording_hash(wording),
        language="en",
        given_by=Involvement.VICTIM,
        at=NOW,
    )


CONSENTS = (
    make_consent("case_group"),
    make_consent("police", ConsentLevel.WITHOUT_DETAILS),
    make_consent("housing", ConsentLevel.NO),
)


def make_report(**changes: Any) -> Report:
    """The case group may have everything, the police no details, housing nothing."""
    report = Report(
        reference="KX7D-4MQP",
        area="stockton-on-tees",
        form="report",
        form_version="1",
        language="de",
        channel="web",
        involvement=Involvement.VICTIM,
        urgency=Urgency.URGENT,
        submitted_on=date(2026, 11, 22),
        submitted_at=NOW,
        answers=ANSWERS,
        consents=CONSENTS,
    )
    return report.model_copy(update=changes)


@dataclass(frozen=True)
class Pair:
    """One agency's key pair."""

    private: dict[str, X25519PrivateKey]
    public: RecipientKey


def make_pair(agency: str, number: int = 1) -> Pair:
    key = X25519PrivateKey.generate()
    key_id = f"{number:04}-0123456789abcdef"
    return Pair({key_id: key}, RecipientKey(agency, key_id, key.public_key()))


PAIRS = {agency.id: make_pair(agency.id) for agency in AREA.agencies}
RECIPIENTS = {agency: pair.public for agency, pair in PAIRS.items()}
PRIVATE = {agency: pair.private for agency, pair in PAIRS.items()}


def sealed(report: Report) -> bytes:
    return seal(report, views(report, AREA), RECIPIENTS, CODE_KEY)


def queue(database: Database, report: Report | None = None, *, now: datetime = NOW) -> Report:
    """Seal a report and submit it; its reference stands in for the id of its code."""
    report = report or make_report()
    with database.begin() as connection:
        code_id = report.reference.encode()
        key = reporter_key(CODE_KEY)
        submit(connection, report, views(report, AREA), sealed(report), code_id, key, AREA, now)
    return report


def make_addition(number: int = 1, **changes: Any) -> Report:
    """What the reporter added later, in their own words."""
    answer = ANSWERS[3].model_copy(update={"value": ADDED, "said": ADDED})
    id_ = f"00000000-0000-4000-8000-{number:012}"
    return make_report(addition=id_, consents=(), answers=(ANSWERS[0], answer), **changes)


def sealed_addition(addition: Report, levels: Mapping[str, ConsentLevel]) -> bytes:
    """Seal an addition as from the same phone: there is no code at hand."""
    return seal(addition, addition_views(addition, levels, AREA), RECIPIENTS, None)
