"""What agencies asked reporters: statements on rows, no keys of an agency. `casebridge.asking` seals them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import SQLModel

from casebridge import tables
from casebridge.asking import open_question, reporter_key, seal_question
from casebridge.sealing import Tampered

QUESTION = SQLModel.metadata.tables[tables.AskedQuestion.__tablename__]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for an answer; the return code opens it."""

    id: str
    agency: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as its agency keeps it."""

    id: str
    copy_sealed: bytes
    copy_key: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None


def ask(connection: Connection, reference: str, agency: str, sealed: bytes, asked: Asked) -> None:
    """Keep a question for the reporter of a report, and its agency's copy."""
    row = {name: getattr(asked, name) for name in Asked.__slots__}
    connection.execute(insert(QUESTION).values(reference=reference, agency=agency, sealed=sealed, **row))


def asked_by_agency(connection: Connection, reference: str, agency: str) -> tuple[Asked, ...]:
    """Return what an agency asked about a report, the oldest first."""
    rows = connection.execute(
        select(*(QUESTION.c[name] for name in Asked.__slots__))
        .where(QUESTION.c.reference == reference, QUESTION.c.agency == agency)
        .order_by(QUESTION.c.asked_at, QUESTION.c.id)
    )
    return tuple(Asked(*row) for row in rows)


def open_questions(connection: Connection, reference: str) -> tuple[Question, ...]:
    """Return the questions that wait for this reporter's answer, the oldest first."""
    rows = connection.execute(
        select(QUESTION.c.id, QUESTION.c.agency, QUESTION.c.sealed)
        .where(QUESTION.c.reference == reference, QUESTION.c.answered_at.is_(None))
        .order_by(QUESTION.c.asked_at, QUESTION.c.id)
    )
    return tuple(Question(*row) for row in rows)


def change_code(connection: Connection, reference: str, old_key: bytes, new_key: bytes) -> None:
    """Seal every question for the reporter's new code key (32 bytes); what the old does not open stays."""
    public = reporter_key(new_key)
    rows = connection.execute(
        select(QUESTION.c.id, QUESTION.c.sealed).where(QUESTION.c.reference == reference).with_for_update()
    ).all()
    for row in rows:
        try:
            text = open_question(row.sealed, old_key, reference, row.id)
        except Tampered:
            continue
        sealed = seal_question(text, public, reference, row.id)
        connection.execute(update(QUESTION).where(QUESTION.c.id == row.id).values(sealed=sealed))


def answered(connection: Connection, question_id: str, now: datetime) -> bool:
    """Note that a question was answered; False if it waits for no answer any more."""
    noted = connection.execute(
        update(QUESTION)
        .where(QUESTION.c.id == question_id, QUESTION.c.answered_at.is_(None))
        .values(answered_at=now)
    )
    return noted.rowcount == 1


def forget(connection: Connection, reference: str, agencies: tuple[str, ...]) -> None:
    """Remove what these agencies asked."""
    connection.execute(
        delete(QUESTION).where(QUESTION.c.reference == reference, QUESTION.c.agency.in_(agencies))
    )
