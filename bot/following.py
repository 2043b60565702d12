"""On which phone a reporter may be written to, kept since they agreed and until they say otherwise."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, literal_column, select
from sqlmodel import SQLModel

from bot import optout, tables
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Stage
from bot.core.effects import Add, Erase, Submit, TakeAllBack
from bot.core.flow import OTHERS_READ
from bot.core.returning import bring_a_code
from bot.core.turn import Outcome
from bot.drafts import DraftCipher
from bot.hours import ANY
from bot.outcomes import Verdict
from bot.tables import OutgoingState
from casebridge.database import Database
from casebridge.outbox import REPORT
from casebridge.prepared import Prepared
from casebridge.report import AnswerState, Report

KEPT = timedelta(days=548)  # 18 months
SURVEY_AFTER = timedelta(weeks=4)  # of closing: domain.md §7.2, after YHG
KEPT_AFTER_CLOSING = timedelta(weeks=6)  # two weeks after it may be asked how it went
ANSWERED_WITHIN = timedelta(days=14)
WEB = "web"
PURPOSE, SURVEY, CONTACT, HOURS_STEP = "follow_up", "survey", "contact", "follow_up_hours"

_TABLES = SQLModel.metadata.tables
FOLLOW_UP = _TABLES[tables.FollowUpRow.__tablename__]
OUTGOING = _TABLES[str(tables.OutgoingRow.__tablename__)]
WRITTEN_TO = (OutgoingState.SENT, OutgoingState.DELIVERED, OutgoingState.UNKNOWN)

_TOLD = Prepared(
    select(FOLLOW_UP.c.id, FOLLOW_UP.c.body)
    .join(OUTGOING, OUTGOING.c.follow_up == FOLLOW_UP.c.id)
    .where(
        FOLLOW_UP.c.address == bindparam("address"),
        OUTGOING.c.state.in_([literal_column(f"'{state}'") for state in WRITTEN_TO]),
        OUTGOING.c.tried_at > bindparam("since"),
    )
    .order_by(OUTGOING.c.tried_at.desc())
)

Write = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Where, in which language and at which hours one person may be written to."""

    channel: str
    address: str
    language: str
    hours: str = ANY


def follow(cipher: DraftCipher, outcome: Outcome, address: str, now: datetime) -> Write | None:
    """Return what a message changes in whether its writer may be written to; None where nothing.

    Whoever says anew how to be reached says this anew as well, on the phone they say it on.
    """
    channel = outcome.conversation.channel
    if outcome.conversation.stage is Stage.STOPPED:
        return lambda connection: drop_address(connection, cipher, channel, address)
    for effect in outcome.effects:
        match effect:
            case Submit(report=report) | Add(report=report) if _others_read(report):
                return _others_read_here(cipher, report, channel, address)
            case Submit(report=report):
                here = FollowUp(channel, address, report.language, _hours(report))
                return _kept(cipher, report, here, now) if PURPOSE in _given(report) else None
            case Add(report=report) if _says_how_to_be_reached(report):
                here = FollowUp(channel, address, report.language, _hours(report))
                return _replaced(cipher, report, here, now)
            case Erase(wipe=True):
                return lambda connection: drop_address(connection, cipher, channel, address)
            case TakeAllBack(reference=reference):
                return partial(drop_report, reference=reference)
            case _:
                pass
    return None


def _kept(cipher: DraftCipher, report: Report, here: FollowUp, now: datetime) -> Write:
    survey = SURVEY in _given(report)
    return lambda connection: keep(connection, cipher, report.reference, here, now, survey=survey)


def _others_read_here(cipher: DraftCipher, report: Report, channel: str, address: str) -> Write:
    """Return what ends writing about this report, and to this phone whatever about."""

    def write(connection: Connection) -> None:
        drop_report(connection, report.reference)
        drop_address(connection, cipher, channel, address)

    return write


def _replaced(cipher: DraftCipher, report: Report, here: FollowUp, now: datetime) -> Write:
    """Return what keeps this phone in place of the one before, or none where that was the answer."""

    def write(connection: Connection) -> None:
        survey = drop_report(connection, report.reference)
        if PURPOSE in _given(report):
            keep(connection, cipher, report.reference, here, now, survey=survey)

    return write


def keep(
    connection: Connection,
    cipher: DraftCipher,
    reference: str,
    follow_up: FollowUp,
    now: datetime,
    *,
    survey: bool,
) -> None:
    """Keep where somebody may be written to about a report. Raises IntegrityError where that is known."""
    name = str(uuid4())
    row = {
        "id": name,
        "reference": reference,
        "address": _hash(cipher, follow_up.channel, follow_up.address),
        "body": cipher.encrypt(orjson.dumps(asdict(follow_up)), name.encode()),
        "survey": survey,
        "since": now,
        "expires_at": now + KEPT,
    }
    connection.execute(insert(FOLLOW_UP).values(row))


def opened(cipher: DraftCipher, name: str, body: bytes) -> FollowUp:
    """Decrypt a row's body. Raises NoDraftKey where the key is gone."""
    return FollowUp(**orjson.loads(cipher.decrypt(body, name.encode())))


def drop_report(connection: Connection, reference: str) -> bool:
    """Write no more about a report; say whether its reporter had agreed to be asked how it went."""
    of = FOLLOW_UP.c.reference == reference
    survey = connection.execute(select(FOLLOW_UP.c.survey).where(of)).scalar()
    _drop(connection, of)
    return bool(survey)


def drop_address(connection: Connection, cipher: DraftCipher, channel: str, address: str) -> None:
    """Write no more to an address, whatever about."""
    _drop(connection, FOLLOW_UP.c.address == _hash(cipher, channel, address))


def heed(
    connection: Connection, cipher: DraftCipher, channel: str, address: str, verdict: Verdict, now: datetime
) -> None:
    """Write no more to an address whose provider said that this is not wanted, or cannot be."""
    if verdict is Verdict.OPTED_OUT:
        optout.remember(connection, cipher, channel, address, now)
    if verdict in (Verdict.OPTED_OUT, Verdict.GONE):
        drop_address(connection, cipher, channel, address)


def purge(connection: Connection, now: datetime) -> None:
    """Forget what is over: by age, or because the report was closed and stayed so."""
    over = select(REPORT.c.reference).where(REPORT.c.closed_at <= now - KEPT_AFTER_CLOSING)
    _drop(connection, (FOLLOW_UP.c.expires_at <= now) | FOLLOW_UP.c.reference.in_(over))


def begin_again(
    database: Database,
    cipher: DraftCipher,
    knowledge: Knowledge,
    fresh: Conversation,
    address: str,
    now: datetime,
) -> Conversation:
    """Return where somebody begins whose talk is not kept (any more): after a message of ours at the code.

    No more is told of a report that was made there than to anybody else: that it takes a code.
    """
    if fresh.channel == WEB:  # nobody is written to there
        return fresh
    hashed, since = _hash(cipher, fresh.channel, address), now - ANSWERED_WITHIN
    row: Any = database.look(lambda line: _TOLD.one(line, address=hashed, since=since))
    if row is None:
        return fresh
    return bring_a_code(knowledge.flows, fresh._replace(language=opened(cipher, *row).language))


def _drop(connection: Connection, which: Any) -> None:
    ids = select(FOLLOW_UP.c.id).where(which)
    connection.execute(delete(OUTGOING).where(OUTGOING.c.follow_up.in_(ids)))
    connection.execute(delete(FOLLOW_UP).where(which))


def _hash(cipher: DraftCipher, channel: str, address: str) -> bytes:
    return cipher.hash("follow up", channel, address)


def _given(report: Report) -> set[str]:
    return {each.purpose for each in report.permissions if each.given}


def _says_how_to_be_reached(report: Report) -> bool:
    return any(each.name == CONTACT and each.state is AnswerState.ANSWERED for each in report.answers)


def _others_read(report: Report) -> bool:
    answered = (each for each in report.answers if each.name == OTHERS_READ)
    return any(each.state is AnswerState.ANSWERED and each.value != "no" for each in answered)


def _hours(report: Report) -> str:
    return next((str(each.value) for each in report.answers if each.name == HOURS_STEP and each.value), ANY)
