"""Lays a report on its agency's desk: one case, which the desk shows from the sealed report."""

from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite

from casebridge.database import Database
from casebridge.destinations.destination import Parcel
from casebridge.tables import Case


@dataclass(frozen=True, slots=True)
class Desk:
    """Keeps no words: a case is a reference, an agency and a time."""

    database: Database

    def send(self, parcel: Parcel) -> None:
        insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        case = {"reference": parcel.reference, "agency": parcel.agency, "received_at": parcel.sent_at}
        with self.database.begin() as connection:
            connection.execute(insert(Case).values(case).on_conflict_do_nothing())
