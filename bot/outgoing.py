"""The queue of messages that we write first: each event once, each message at most once. Statements on rows.

A row is SENDING, and that is on the disk, before the provider is asked; what the provider answered
is recorded afterwards. Whatever is found SENDING past its lease may have been sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Exists, insert, literal, select, true, union_all, update

from bot.following import FOLLOW_UP, OUTGOING, SURVEY_AFTER
from bot.outcomes import Outcome, Verdict
from bot.tables import OutgoingState
from casebridge.database import Database
from casebridge.outbox import ADDITION, REPORT
from casebridge.questions import QUESTION
from casebridge.report import FEEDBACK
from casebridge.tables import ClosedReason

LEASE = timedelta(minutes=5)  # far longer than a provider is waited for
LOOK_AFTER = timedelta(minutes=2)  # a message whose fate is unknown is in the provider's list by then
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MENDED_AFTER = timedelta(hours=1)  # a fault of ours
MOST_TRIES = 5
MOST_UNKNOWN = 2  # tries of which nobody knows whether they were taken
MOST_NOTICED = 200  # events in one go
LONGEST_KIND = 32  # characters of the column


class What(StrEnum):
    """What there is to tell. The message says nothing of it."""

    QUESTION = "question"
    CLOSED = "closed"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is due, or whose fate is to be found out; `body` is the follow-up's."""

    id: str
    follow_up: str
    body: bytes
    state: OutgoingState  # DUE; or SENDING or UNKNOWN: it may have been sent
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a waiting message becomes: SENDING is sent now, UNKNOWN with a moment is looked for."""

    state: OutgoingState
    due_at: datetime | None = None
    kind: str = ""


Decide = Callable[[Connection, Waiting], Decision]

_OF_THE_REPORT = REPORT.c.reference == FOLLOW_UP.c.reference
_MAY_BE_TOLD = REPORT.c.closed_reason.is_distinct_from(str(ClosedReason.ASKED_TO_STOP))
_IS_ANSWERED = (
    select(ADDITION.c.id)
    .where(ADDITION.c.reference == FOLLOW_UP.c.reference, ADDITION.c.form == FEEDBACK)
    .exists()
)
_OPEN = (OutgoingState.DUE, OutgoingState.SENDING, OutgoingState.UNKNOWN)
_COUNTS = (OutgoingState.SENDING, OutgoingState.UNKNOWN)


def notice(database: Database, now: datetime) -> int:
    """Queue a message for whatever happened since somebody was told last; return how many there are.

    One that still waits tells of everything: what happened meanwhile is noted with it.
    """
    with database.read() as connection:
        events = connection.execute(_events(now)).all()
    queued = 0
    for event in events:
        with database.begin() as connection:
            queued += _queue(connection, event, now)
    return queued


def _events(now: datetime) -> Any:
    """Return what to select: follow-up, what happened, which, when. Only what no message stands for yet."""
    asked = (
        select(FOLLOW_UP.c.id, literal(str(What.QUESTION)).label("what"), QUESTION.c.id.label("event"))
        .add_columns(QUESTION.c.asked_at.label("at"))
        .join(QUESTION, QUESTION.c.reference == FOLLOW_UP.c.reference)
        .where(QUESTION.c.answered_at.is_(None), QUESTION.c.asked_at > FOLLOW_UP.c.since)
        .where(~_stands(What.QUESTION, OUTGOING.c.event == QUESTION.c.id))
    )
    closed = (
        select(FOLLOW_UP.c.id, literal(str(What.CLOSED)), literal(""), REPORT.c.closed_at)
        .join(REPORT, _OF_THE_REPORT)
        .where(REPORT.c.closed_at > FOLLOW_UP.c.since, _MAY_BE_TOLD)
        .where(~_stands(What.CLOSED, OUTGOING.c.created_at >= REPORT.c.closed_at))
    )
    survey = (
        select(FOLLOW_UP.c.id, literal(str(What.SURVEY)), literal(""), REPORT.c.closed_at)
        .join(REPORT, _OF_THE_REPORT)
        .where(FOLLOW_UP.c.survey, REPORT.c.closed_at <= now - SURVEY_AFTER, _MAY_BE_TOLD, ~_IS_ANSWERED)
        .where(~_stands(What.SURVEY, true()))
    )
    found = union_all(asked, closed, survey).subquery()
    return select(found).order_by(found.c.at).limit(MOST_NOTICED)


def _stands(what: What, which: ColumnElement[bool]) -> Exists:
    """Say whether a message stands for what happened, whatever became of it."""
    of = (OUTGOING.c.follow_up == FOLLOW_UP.c.id, OUTGOING.c.what == what)
    return select(OUTGOING.c.id).where(*of, which).exists()


def _queue(connection: Connection, event: Any, now: datetime) -> int:
    """Queue one message; 0 where another messenger was first, or one that waits will tell it."""
    name = event.event or (event.at.isoformat()[:36] if event.what == What.CLOSED else "")
    followed = select(FOLLOW_UP.c.id).where(FOLLOW_UP.c.id == event.id).with_for_update()
    if connection.execute(followed).first() is None:
        return 0
    of = OUTGOING.c.follow_up == event.id
    known = select(OUTGOING.c.id).where(of, OUTGOING.c.what == event.what, OUTGOING.c.event == name)
    if connection.execute(known).first():
        return 0
    waits = select(OUTGOING.c.id).where(of, OUTGOING.c.state.in_(_OPEN), OUTGOING.c.due_at.is_not(None))
    tells = connection.execute(waits).first() is None
    connection.execute(
        insert(OUTGOING).values(
            id=str(uuid4()),
            follow_up=event.id,
            what=event.what,
            event=name,
            state=OutgoingState.DUE if tells else OutgoingState.DROPPED,
            attempts=0,
            created_at=now,
            due_at=now if tells else None,
            tried_at=None,
            provider_id="",
            error="" if tells else "told-with-another",
        )
    )
    return int(tells)


def is_answered(connection: Connection, waiting: Waiting) -> bool:
    """Say whether all that a message would tell of was a question, and none waits for an answer any more."""
    of = OUTGOING.c.follow_up == waiting.follow_up
    else_ = select(OUTGOING.c.id).where(
        of,
        OUTGOING.c.what != What.QUESTION,
        (OUTGOING.c.id == waiting.id) | (OUTGOING.c.created_at >= waiting.created_at),
    )
    open_ = (
        select(QUESTION.c.id)
        .join(FOLLOW_UP, FOLLOW_UP.c.reference == QUESTION.c.reference)
        .where(FOLLOW_UP.c.id == waiting.follow_up, QUESTION.c.answered_at.is_(None))
    )
    return not (connection.execute(else_).first() or connection.execute(open_).first())


def claim(database: Database, now: datetime, decide: Decide) -> Waiting | None:
    """Take one message to be sent, or to be looked for at its provider; None where nothing is due.

    What is decided otherwise on the way, later, never, is written at once. Two messengers never
    take the same: PostgreSQL skips rows another holds, SQLite has one writer.
    """
    due = OUTGOING.c.state.in_(_OPEN) & (OUTGOING.c.due_at <= now)
    followed = OUTGOING.join(FOLLOW_UP, FOLLOW_UP.c.id == OUTGOING.c.follow_up)
    with database.read() as connection:
        if connection.execute(select(literal(1)).select_from(followed).where(due).limit(1)).first() is None:
            return None
    oldest = (
        select(OUTGOING, FOLLOW_UP.c.body)
        .select_from(followed)
        .where(due)
        .order_by(OUTGOING.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=OUTGOING)
    )
    while True:
        with database.begin() as connection:
            row = connection.execute(oldest).first()
            if row is None:
                return None
            found = _waiting(row)
            decision = decide(connection, found)
            sends = decision.state is OutgoingState.SENDING
            changed = {"attempts": found.attempts + 1, "tried_at": now} if sends else {}
            connection.execute(
                update(OUTGOING)
                .where(OUTGOING.c.id == found.id)
                .values(state=decision.state, due_at=decision.due_at, error=decision.kind, **changed)
            )
        if sends:
            return _waiting(row, attempts=found.attempts + 1, tried_at=now)
        if decision.state is OutgoingState.UNKNOWN and decision.due_at is not None:
            return found


def record(
    connection: Connection, claimed: Waiting, outcome: Outcome, now: datetime, spread: float, *, looks: bool
) -> OutgoingState | None:
    """Record what came of a message; None where that is known already, from another side.

    `spread` is random, 0 to 1. `looks`: its provider can be asked later what became of it.
    """
    kind = outcome.kind[:LONGEST_KIND]
    values: dict[str, Any] = {"state": OutgoingState.FAILED, "due_at": None, "error": kind}
    match outcome.verdict:
        case Verdict.SENT:
            values |= {"state": OutgoingState.SENT, "provider_id": outcome.provider_id}
        case Verdict.UNKNOWN:
            values |= {"state": OutgoingState.UNKNOWN, "due_at": now + LOOK_AFTER if looks else None}
        case Verdict.AGAIN if claimed.attempts < MOST_TRIES:
            wait = timedelta(seconds=outcome.wait) or _wait(claimed.attempts, spread)
            values |= {"state": OutgoingState.DUE, "due_at": now + wait}
        case Verdict.OURS:
            values |= {"state": OutgoingState.DUE, "due_at": now + MENDED_AFTER}
        case _:
            pass
    written = connection.execute(
        update(OUTGOING)
        .where(
            OUTGOING.c.id == claimed.id,
            OUTGOING.c.attempts == claimed.attempts,
            OUTGOING.c.state.in_(_COUNTS),
        )
        .values(values)
    )
    return OutgoingState(values["state"]) if written.rowcount else None


def absent(claimed: Waiting) -> Outcome:
    """Return what to record of a message that its provider surely does not have."""
    most = MOST_TRIES if claimed.error.startswith("5") else MOST_UNKNOWN  # 5xx: its own fault, it said
    if claimed.attempts < most:
        return Outcome(Verdict.AGAIN, claimed.error, wait=1.0)
    return Outcome(Verdict.NEVER, claimed.error)


def reported(
    connection: Connection, message: str, provider_id: str, outcome: Verdict | None, kind: str
) -> bool:
    """Record what the provider says later of a message of ours; False where nothing is changed by it.

    `message` is our own id, which its report brings back: it may come before we recorded the
    provider's. What is final stays, whatever order reports come in.
    """
    ours = (OUTGOING.c.provider_id == provider_id) | (
        (OUTGOING.c.id == message) & (OUTGOING.c.provider_id == "")
    )
    under_way = (*_COUNTS, OutgoingState.SENT) if outcome else _COUNTS
    state = {None: OutgoingState.SENT, Verdict.SENT: OutgoingState.DELIVERED}.get(
        outcome, OutgoingState.FAILED
    )
    error = kind[:LONGEST_KIND] if state is OutgoingState.FAILED else ""
    written = connection.execute(
        update(OUTGOING)
        .where(ours, OUTGOING.c.state.in_(under_way))
        .values(state=state, due_at=None, provider_id=provider_id, error=error)
    )
    return written.rowcount > 0


def known(connection: Connection, provider_ids: list[str]) -> set[str]:
    """Return those of these messages that are recorded as one of ours."""
    found = select(OUTGOING.c.provider_id).where(OUTGOING.c.provider_id.in_(provider_ids))
    return {*connection.execute(found).scalars()}


def _wait(attempts: int, spread: float) -> timedelta:
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 16))
    return min(doubled, LONGEST_WAIT) * (0.5 + spread / 2)


def _waiting(row: Any, **now: Any) -> Waiting:
    names = (name for name in Waiting.__slots__ if name != "state")
    return Waiting(**{name: getattr(row, name) for name in names} | {"state": OutgoingState(row.state)} | now)
