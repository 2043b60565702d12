"""A report whose reporter may be written to, and what the case group does with it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from bot import outgoing
from bot.arrival import Arrival
from bot.following import FOLLOW_UP, OUTGOING
from bot.sending import Sending, senders
from bot.service import Service
from bot.settings import Settings
from casebridge.outbox import REPORT
from casebridge.questions import QUESTION, Asked, ask
from casebridge.tables import ClosedReason, ReportStatus
from tests.making import PHONE, Clock

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday; London has the same clock
CHAT = "5001"
TO_CONTACT = (
    "english",
    "1",
    "1",
    "they shouted at me",
    "done",
    "1",
    "yes",
    "07700 900456",
    "no",
    *["skip"] * 3,
)
TO_SEND = ("1", "3", "no", "1")


def says(service: Service, *texts: str, channel: str = "sms", address: str = PHONE) -> str:
    """Say one thing after the other; return what is answered to the last, in one text."""
    heard = ""
    for text in texts:
        number = uuid4().hex
        messages = service.receive(Arrival(channel, address, number, witness=number, text=text))
        heard = "\n".join(message.text for message in messages)
    return heard


def agrees(
    service: Service,
    hours: str = "any time",
    channel: str = "sms",
    address: str = PHONE,
    *,
    survey: bool = False,
) -> str:
    """Make a report and agree to be written to at these hours; return its reference."""
    before = {*references(service)}
    talk = {"channel": channel, "address": address}
    heard = says(service, *TO_CONTACT, "yes", hours, *TO_SEND[:-1], **talk)
    if survey:
        heard = says(service, "more", "sharing", **talk)
    while "Shall I finish" not in heard:
        wanted = "yes" if "how it went" in heard else "that is all" if "like to add" in heard else "no"
        heard = says(service, wanted, **talk)
    says(service, "1", **talk)
    (made,) = {*references(service)} - before
    return made


def references(service: Service) -> list[str]:
    with service.database.read() as connection:
        return [*connection.execute(select(FOLLOW_UP.c.reference)).scalars()]


def ask_something(service: Service, reference: str, at: datetime) -> str:
    """Ask the reporter a question, as an agency does at the desk."""
    number = str(uuid4())
    asked = Asked(number, b"copy", "1", at, "worker", None)
    with service.database.begin() as connection:
        ask(connection, reference, "case_group", b"sealed", asked)
    return number


def answer_it(service: Service, number: str, at: datetime) -> None:
    with service.database.begin() as connection:
        connection.execute(update(QUESTION).where(QUESTION.c.id == number).values(answered_at=at))


def close_it(
    service: Service, reference: str, at: datetime | None, reason: ClosedReason = ClosedReason.ACTION_TAKEN
) -> None:
    """Close the report, or open it again where there is no moment."""
    status = ReportStatus.CLOSED if at else ReportStatus.ACKNOWLEDGED
    with service.database.begin() as connection:
        connection.execute(
            update(REPORT)
            .where(REPORT.c.reference == reference)
            .values(closed_at=at, closed_reason=reason if at else None, status=status)
        )


def sending(service: Service, settings: Settings, clock: Clock, **more: Any) -> Sending:
    """A messenger's sending side."""
    return Sending(
        service.database, service.cipher, service.knowledge, senders(settings), clock=clock, **more
    )


def send_all(made: Sending) -> None:
    """Notice what happened and send what is due, as the messenger does every time."""
    outgoing.notice(made.database, made.clock())
    while made.send_one():
        pass


def states(service: Service) -> list[tuple[str, str, str]]:
    """Return what, state and error of every message, the first queued first."""
    with service.database.read() as connection:
        rows = connection.execute(
            select(OUTGOING.c.what, OUTGOING.c.state, OUTGOING.c.error).order_by(OUTGOING.c.created_at)
        )
        return [(row.what, row.state, row.error) for row in rows]


def asks(service: Service, clock: Clock, **where: Any) -> str:
    """Let somebody agree and be asked something; return the report's reference."""
    reference = agrees(service, **where)
    clock.pass_(minutes=1)
    ask_something(service, reference, clock())
    return reference
