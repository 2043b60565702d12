"""Putting a question to a reporter: sealed for them at once, with a copy for the agency that asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlmodel import col

from casebridge import questions
from casebridge.asking import LONGEST_QUESTION, open_copy, seal_question
from casebridge.database import Database
from casebridge.desk import audit
from casebridge.desk.audit import Action
from casebridge.desk.cases import NoSuchCase
from casebridge.desk.sessions import CaseWorker
from casebridge.questions import Asked
from casebridge.sealing import Tampered, entitled
from casebridge.tables import Case, ReportStatus, SealedReport

Keys = Mapping[str, X25519PrivateKey]  # an agency's, by key id


class QuestionFault(StrEnum):
    """Why a question was not put."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_NOW = "not_now"  # it is closed, or was made before there were questions


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One question as the page shows it. `text` is "" where no key here opens the agency's copy."""

    text: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None


def ask(
    database: Database, worker: CaseWorker, keys: Keys, reference: str, typed: str, now: datetime
) -> QuestionFault | None:
    """Put a question to the reporter, or say why not. Raise NoSuchCase."""
    text = " ".join(typed.split())
    if not text:
        return QuestionFault.EMPTY
    if len(text) > LONGEST_QUESTION:
        return QuestionFault.TOO_LONG
    question_id, key_id = str(uuid4()), max(keys, default="")
    with database.begin() as connection:
        found = connection.execute(
            select(col(SealedReport.reporter_key), col(SealedReport.status), col(SealedReport.envelope))
            .join(Case, col(Case.reference) == col(SealedReport.reference))
            .where(
                col(Case.agency) == worker.agency,
                col(Case.reference) == reference,
                col(Case.withdrawn_at).is_(None),
            )
            .with_for_update(of=SealedReport)  # who takes the report back meanwhile also removes this
        ).one_or_none()
        if found is None or worker.agency not in entitled(found.envelope):
            raise NoSuchCase
        if found.reporter_key is None or found.status == ReportStatus.CLOSED or not key_id:
            return QuestionFault.NOT_NOW
        own = keys[key_id].public_key().public_bytes_raw()
        copy = seal_question(text, own, reference, question_id)
        sealed = seal_question(text, found.reporter_key, reference, question_id)
        asked = Asked(question_id, copy, key_id, now, worker.id, None)
        questions.ask(connection, reference, worker.agency, sealed, asked)
        audit.record(connection, worker.id, Action.QUESTION_ASKED, now, reference)
    return None


def lines(
    asked: Sequence[Asked], reference: str, keys: Keys, names: Mapping[str, str]
) -> tuple[AskedLine, ...]:
    """Return what was asked, in words."""
    return tuple(
        AskedLine(_text(each, reference, keys), each.asked_at, names.get(each.asked_by, ""), each.answered_at)
        for each in asked
    )


def _text(asked: Asked, reference: str, keys: Keys) -> str:
    try:
        return open_copy(asked.copy_sealed, keys[asked.copy_key], reference, asked.id)
    except (KeyError, Tampered):
        return ""
