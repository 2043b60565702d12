"""Lays a report on its agency's desk: one case, which the desk shows from the sealed report."""

from dataclasses import dataclass
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from casebridge.database import Database
from casebridge.destinations.destination import DeliveryError, Parcel
from casebridge.tables import Case, What


@dataclass(frozen=True, slots=True)
class Desk:
    """Keeps no words: a case is a reference, an agency and times."""

    database: Database

    def send(self, parcel: Parcel) -> None:
        with self.database.begin() as connection:
            match parcel.what:
                case What.REPORT:
                    self._lay(connection, parcel)
                case What.ADDITION:
                    _say_something_was_added(connection, parcel)
                case What.WITHDRAWAL:
                    _take_back(connection, parcel)
                case _:
                    assert_never(parcel.what)

    def _lay(self, connection: Connection, parcel: Parcel) -> None:
        """Make the case there is not; one that was taken back before comes back to be read."""
        insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        new = {
            "reference": parcel.reference,
            "agency": parcel.agency,
            "received_at": parcel.sent_at,
            "hurried": _is_hurried(parcel),
        }
        connection.execute(insert(Case).values(new).on_conflict_do_nothing())
        connection.execute(
            update(Case)
            .where(*_of(parcel), col(Case.withdrawn_at) < parcel.queued_at)
            .values(withdrawn_at=None, added_at=parcel.sent_at)
        )


def _say_something_was_added(connection: Connection, parcel: Parcel) -> None:
    """Bring the case back on top; what was added is read from its own row."""
    changed = {"added_at": parcel.sent_at} | ({"hurried": True} if _is_hurried(parcel) else {})
    said = connection.execute(update(Case).where(*_of(parcel)).values(changed))
    if said.rowcount == 0:
        raise DeliveryError("no-case", permanent=False)


def _is_hurried(parcel: Parcel) -> bool:
    return parcel.report is not None and bool(parcel.report.pace)


def _take_back(connection: Connection, parcel: Parcel) -> None:
    connection.execute(
        update(Case)
        .where(*_of(parcel), col(Case.withdrawn_at).is_(None))
        .values(withdrawn_at=parcel.queued_at, added_at=None)
    )


def _of(parcel: Parcel) -> tuple[ColumnElement[bool], ...]:
    return col(Case.reference) == parcel.reference, col(Case.agency) == parcel.agency
