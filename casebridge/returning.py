"""What a reporter does after sending: adds, takes consent back, agrees to more, erases.

Statements on rows inside the caller's transaction, no keys of an agency. The report's row is
locked first, so that of two things done at once the second sees the first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from casebridge import photos, questions
from casebridge.area import Area
from casebridge.outbox import ADDITION, DELIVERY, LEASE, REPORT, add_delivery, fresh
from casebridge.report import Report, Urgency
from casebridge.sealing import Tampered, entitled, readers, without_agencies
from casebridge.tables import DeliveryState, ReportStatus, What

_OPEN = (DeliveryState.DUE, DeliveryState.DEAD)
_Delivery = Row[*tuple[Any, ...]]


def add(
    connection: Connection,
    addition: Report,
    views: Mapping[str, Report],
    envelope: bytes,
    area: Area,
    now: datetime,
) -> bool:
    """Queue a sealed addition for every agency with a view.

    False, and nothing is stored, if one of them cannot open the report (any more), or it is damaged.
    """
    before = _envelope(connection, addition.reference)
    if not before or not views.keys() <= {*readers(before)}:
        return False
    row = {"id": addition.addition, "reference": addition.reference, "envelope": envelope}
    connection.execute(insert(ADDITION).values(**row, day=addition.submitted_on, form=addition.form))
    if addition.urgency is Urgency.URGENT:
        connection.execute(
            update(REPORT).where(REPORT.c.reference == addition.reference).values(urgency=Urgency.URGENT)
        )
    queued_at = _next_moment(connection, addition.reference, now)
    for agency in views:
        for destination in area.agency(agency).destinations:
            share = (addition.reference, agency, destination)
            _queue(connection, share, What.ADDITION, fresh(queued_at, now), addition=addition.addition)
    return True


def withdraw(connection: Connection, reference: str, agencies: Collection[str], now: datetime) -> None:
    """Take the report, its pictures and all its additions from these agencies. Twice is once.

    Their keys go from every envelope and what was due is not sent; whoever has, or may have,
    something already is sent word of it, once a sending in hand has ended. An envelope that is
    damaged stays as it is: nothing opens it.
    """
    envelope = _envelope(connection, reference)
    if not envelope:
        return
    _take_out(connection, REPORT, REPORT.c.reference == reference, envelope, agencies)
    for row in _additions(connection, reference):
        _take_out(connection, ADDITION, ADDITION.c.id == row.id, row.envelope, agencies)
    photos.withdraw(connection, reference, agencies)
    questions.forget(connection, reference, tuple(agencies))
    for share, rows in _shares(connection, reference, agencies):
        _take_back(connection, share, rows, now)


def renew(  # noqa: PLR0913, PLR0917 - what replaces what, who was agreed to, and when
    connection: Connection,
    reference: str,
    before: bytes,
    envelope: bytes,
    agreed: Collection[str],
    area: Area,
    now: datetime,
) -> bool:
    """Replace the envelope `before` of a report, and queue it for the agencies agreed to now.

    An agency that can open only the old one is taken back. False, and nothing is changed, if the
    report's envelope is not `before` (any more). Raises ValueError if the new one is for an
    agency that neither had the old one nor was agreed to now: a consent taken back since still
    stands in what was sealed.
    """
    had, has = {*entitled(before)}, entitled(envelope)
    unasked = {*has} - had - {*agreed}
    if unasked:
        raise ValueError(sorted(unasked))
    if not before:
        return False
    replaced = connection.execute(
        update(REPORT)
        .where(REPORT.c.reference == reference, REPORT.c.envelope == before)
        .values(envelope=envelope)
    )
    if replaced.rowcount == 0:
        return False
    if had - {*has}:
        withdraw(connection, reference, had - {*has}, now)
    new = [agency for agency in has if agency not in had or agency in agreed]
    known = dict(_shares(connection, reference, new))
    for agency in new:
        for destination in area.agency(agency).destinations:
            share = (reference, agency, destination)
            give = _give_again if agency in had else _give_back
            give(connection, share, known.get(share, ()), now)
    return True


def erase(connection: Connection, reference: str, now: datetime) -> None:
    """Take the report from every agency and remove what was told; the return code still says so."""
    queued = select(DELIVERY.c.agency).where(DELIVERY.c.reference == reference).distinct()
    withdraw(connection, reference, connection.execute(queued).scalars().all(), now)
    photos.erase(connection, reference)
    connection.execute(delete(questions.QUESTION).where(questions.QUESTION.c.reference == reference))
    connection.execute(delete(ADDITION).where(ADDITION.c.reference == reference))
    connection.execute(
        update(REPORT)
        .where(REPORT.c.reference == reference)
        .values(
            envelope=b"",
            status=ReportStatus.WITHDRAWN,
            code_shared=False,
            reporter_key=None,
            closed_at=None,
            closed_reason=None,
        )
    )


_Share = tuple[str, str, str]  # reference, agency, destination


def _take_back(connection: Connection, share: _Share, rows: Collection[_Delivery], now: datetime) -> None:
    """Send nothing more of a share, and word to whoever has or may have some of it."""
    held = [
        row
        for row in rows
        if row.what != What.WITHDRAWAL and (row.state == DeliveryState.DELIVERED or row.attempts > 0)
    ]
    told = _of(rows, What.WITHDRAWAL)
    due_at = _settled(rows, now)
    _take_off(connection, [row for row in rows if row.what != What.WITHDRAWAL], now)
    if not held:
        return
    last = max(row.created_at for row in held)
    if told is not None and told.state != DeliveryState.WITHDRAWN and told.created_at > last:
        return
    queued_at = _next_moment(connection, share[0], now)
    _queue(connection, share, What.WITHDRAWAL, fresh(queued_at, due_at), before=told)


def _give_back(connection: Connection, share: _Share, rows: Collection[_Delivery], now: datetime) -> None:
    """Send the report (again); word of a withdrawal that is still under way is not sent any more."""
    due_at = _settled(rows, now)
    _take_off(connection, rows, now)
    queued_at = _next_moment(connection, share[0], now)
    _queue(connection, share, What.REPORT, fresh(queued_at, due_at), before=_of(rows, What.REPORT))


def _give_again(connection: Connection, share: _Share, rows: Collection[_Delivery], now: datetime) -> None:
    """Send the report once more to whoever has it and may have more of it now; what waits goes as it is."""
    sent = _of(rows, What.REPORT)
    if sent is not None and sent.state != DeliveryState.DUE:
        queued_at = _next_moment(connection, share[0], now)
        _queue(connection, share, What.REPORT, fresh(queued_at, now), before=sent)


def _settled(rows: Iterable[_Delivery], now: datetime) -> datetime:
    """Return when no worker can be sending any of these: a lease taken before now ends by then."""
    in_hand: list[datetime] = [
        row.due_at for row in rows if row.state == DeliveryState.DUE and row.attempts > 0
    ]
    return min(max((now, *in_hand)), now + LEASE)


def _take_off(connection: Connection, rows: Iterable[_Delivery], now: datetime) -> None:
    ids = [row.id for row in rows if row.state in _OPEN]
    if ids:
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id.in_(ids))
            .values(state=DeliveryState.WITHDRAWN, done_at=now, last_error="")
        )


def _queue(
    connection: Connection,
    share: _Share,
    what: What,
    new: Mapping[str, Any],
    *,
    addition: str = "",
    before: _Delivery | None = None,
) -> None:
    """Queue a delivery: in the row there is of it, under another id, or in a new one, which is counted."""
    reference, agency, destination = share
    if before is not None:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == before.id).values(**new, done_at=None))
        return
    add_delivery(
        connection,
        **new,
        reference=reference,
        agency=agency,
        destination=destination,
        what=what,
        addition=addition,
    )
    connection.execute(
        update(REPORT).where(REPORT.c.reference == reference).values(deliveries=REPORT.c.deliveries + 1)
    )


def _envelope(connection: Connection, reference: str) -> bytes:
    """Return the report's envelope and lock its row; b"" where there is none (any more)."""
    found = select(REPORT.c.envelope).where(REPORT.c.reference == reference).with_for_update()
    return connection.execute(found).scalar() or b""


def _additions(connection: Connection, reference: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return id and envelope of whatever was added to a report, and lock them."""
    found = select(ADDITION.c.id, ADDITION.c.envelope).where(ADDITION.c.reference == reference)
    return connection.execute(found.with_for_update()).all()


def _take_out(
    connection: Connection, table: Any, which: Any, envelope: bytes, agencies: Collection[str]
) -> None:
    if not {*agencies}.isdisjoint(readers(envelope)):
        with suppress(Tampered):
            _replace(connection, table, which, without_agencies(envelope, agencies))


def _replace(connection: Connection, table: Any, which: Any, envelope: bytes) -> None:
    connection.execute(update(table).where(which).values(envelope=envelope))


def _shares(
    connection: Connection, reference: str, agencies: Collection[str]
) -> list[tuple[_Share, list[_Delivery]]]:
    """Return these agencies' deliveries by share, and lock them."""
    rows = connection.execute(
        select(DELIVERY)
        .where(DELIVERY.c.reference == reference, DELIVERY.c.agency.in_(agencies))
        .order_by(DELIVERY.c.agency, DELIVERY.c.destination)
        .with_for_update()
    ).all()
    return [
        (share, list(found))
        for share, found in groupby(rows, lambda row: (row.reference, row.agency, row.destination))
    ]


def _of(rows: Iterable[_Delivery], what: What) -> _Delivery | None:
    return next((row for row in rows if row.what == what), None)


def _next_moment(connection: Connection, reference: str, now: datetime) -> datetime:
    """Return now, or just after whatever was queued of this report before."""
    latest = connection.execute(
        select(func.max(DELIVERY.c.created_at)).where(DELIVERY.c.reference == reference)
    ).scalar()
    return now if latest is None else max(now, latest + timedelta(microseconds=1))
