"""The pictures of a report as rows, each sealed apart; a picture may come after its report.

Statements inside the caller's transaction, no key of an agency. What a row holds: `casebridge.sealedphoto`.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlmodel import col

from casebridge.sealedphoto import (
    KEYS_AT_MOST,
    PhotoState,
    SealedPhoto,
    agencies_in,
    filled,
    given,
    recoded,
    without_agencies,
)
from casebridge.tables import ReportPhoto
from casebridge.wrapping import NotEntitled, RecipientKey, Tampered

_COLUMNS = (
    col(ReportPhoto.number),
    col(ReportPhoto.envelope),
    col(ReportPhoto.has_original),
    col(ReportPhoto.state),
)


def submit(connection: Connection, reference: str, photos: Iterable[SealedPhoto]) -> None:
    """Store the pictures of a report, inside the transaction that stores the report, after it."""
    rows = [
        {
            "reference": reference,
            "number": photo.number,
            "envelope": photo.envelope,
            "has_original": photo.has_original,
            "state": photo.state,
        }
        for photo in photos
    ]
    if rows:
        connection.execute(insert(ReportPhoto), rows)


def fill(
    connection: Connection, reference: str, number: int, key: bytes, jpeg: bytes, original: bytes
) -> None:
    """Put an awaited picture into its envelope, for whoever has a key there by now.

    As it was sent it is put in only where that was agreed to. Nothing is done where the report is
    erased, or its envelope damaged.
    """
    photo = _awaited(connection, reference, number)
    if photo is not None:
        with suppress(Tampered):
            envelope = filled(photo, reference, key, jpeg, original)
            _update(connection, reference, number, envelope=envelope, state=PhotoState.HERE)


def lose(connection: Connection, reference: str, number: int) -> None:
    """Record that an awaited picture will not come."""
    if _awaited(connection, reference, number) is not None:
        _update(connection, reference, number, state=PhotoState.LOST)


def erase(connection: Connection, reference: str) -> int:
    """Remove every picture of a report; return how many there were."""
    return connection.execute(delete(ReportPhoto).where(col(ReportPhoto.reference) == reference)).rowcount


def withdraw(connection: Connection, reference: str, agencies: Collection[str]) -> None:
    """Take these agencies' keys out of every picture of a report. What is damaged stays as it is."""

    _change(connection, reference, lambda envelope, _: without_agencies(envelope, agencies))


def give(connection: Connection, reference: str, code_key: bytes, recipients: Iterable[RecipientKey]) -> None:
    """Let these agencies open every picture of a report: its return code gives the keys to wrap.

    Only in the transaction of a `returning.renew` that succeeded, which locked the report: else an
    agency taken back meanwhile would be given them again. What the code does not open, or is
    damaged, stays as it is.
    """
    new = tuple(recipients)

    def opened_to(envelope: bytes, number: int) -> bytes:
        return given(envelope, code_key, new, reference, number)

    _change(connection, reference, opened_to)


def change_code(connection: Connection, reference: str, old_key: bytes, new_key: bytes) -> None:
    """Put every picture of a report under another code key (32 bytes) in place of the old.

    What the old one does not open, or is damaged, stays as it is.
    """

    def changed(envelope: bytes, number: int) -> bytes:
        return recoded(envelope, old_key, new_key, reference, number)

    _change(connection, reference, changed)


def listed(connection: Connection, reference: str, agency: str) -> tuple[SealedPhoto, ...]:
    """Return the pictures of a report this agency can open, in order; of each envelope only its start.

    One that is damaged is for nobody.
    """
    start = func.substr(col(ReportPhoto.envelope), 1, KEYS_AT_MOST, type_=LargeBinary)
    rows = connection.execute(
        select(
            col(ReportPhoto.number),
            start.label("start"),
            col(ReportPhoto.has_original),
            col(ReportPhoto.state),
        )
        .where(col(ReportPhoto.reference) == reference)
        .order_by(col(ReportPhoto.number))
    )
    photos = (SealedPhoto(row.number, row.start, row.has_original, PhotoState(row.state)) for row in rows)
    return tuple(photo for photo in photos if agency in _readers(photo.envelope))


def stored(connection: Connection, reference: str, number: int) -> SealedPhoto | None:
    """Return one picture; None if there is none of that number."""
    return _one(connection, _named(reference, number))


def _awaited(connection: Connection, reference: str, number: int) -> SealedPhoto | None:
    """Return a picture that is still to come, locked until the transaction ends; None if there is none."""
    found = _one(connection, _named(reference, number).with_for_update())
    return found if found is not None and found.state is PhotoState.AWAITED else None


def _named(reference: str, number: int) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(_is(reference, number))


def _one(connection: Connection, found: Select[*tuple[Any, ...]]) -> SealedPhoto | None:
    row = connection.execute(found).one_or_none()
    return SealedPhoto(row.number, row.envelope, row.has_original, PhotoState(row.state)) if row else None


def _is(reference: str, number: int) -> ColumnElement[bool]:
    return and_(col(ReportPhoto.reference) == reference, col(ReportPhoto.number) == number)


def _update(connection: Connection, reference: str, number: int, **values: object) -> None:
    connection.execute(update(ReportPhoto).where(_is(reference, number)).values(**values))


def _change(connection: Connection, reference: str, changed: Callable[[bytes, int], bytes]) -> None:
    """Replace the envelope of every picture of a report, locked until the transaction ends."""
    rows = connection.execute(
        select(col(ReportPhoto.number), col(ReportPhoto.envelope))
        .where(col(ReportPhoto.reference) == reference)
        .order_by(col(ReportPhoto.number))
        .with_for_update()
    ).all()
    for row in rows:
        try:
            envelope = changed(row.envelope, row.number)
        except (NotEntitled, Tampered):
            continue  # one that is damaged keeps nobody from the others
        _update(connection, reference, row.number, envelope=envelope)


def _readers(envelope: bytes) -> frozenset[str]:
    try:
        return agencies_in(envelope)
    except Tampered:
        return frozenset()
