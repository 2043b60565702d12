"""The record of what was done at the desk, reading included. Only adds; never holds a person's words."""

from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import Connection, insert

from casebridge.desk.tables import DeskEvent

log = structlog.get_logger()


class Action(StrEnum):
    """What a person did."""

    JOINED = "joined"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    REPORT_READ = "report_read"
    PHOTO_SEEN = "photo_seen"
    ORIGINAL_TAKEN = "original_taken"  # a picture as it was sent, its hidden data with it
    REPORT_ACKNOWLEDGED = "report_acknowledged"
    ADDITIONS_READ = "additions_read"
    QUESTION_ASKED = "question_asked"
    REPORT_CLOSED = "report_closed"
    REPORT_REOPENED = "report_reopened"


def record(
    connection: Connection, user_id: str, action: Action, now: datetime, reference: str | None = None
) -> None:
    """Add one event to the caller's transaction."""
    connection.execute(insert(DeskEvent).values(at=now, user_id=user_id, action=action, reference=reference))
    log.info("desk", kind=action.value, reference=reference)
