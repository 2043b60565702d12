"""Whatever a reporter does, and whenever a worker dies: nobody keeps what they may not have."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from casebridge import photos, returning
from casebridge.database import Database
from casebridge.destinations.desk import Desk
from casebridge.destinations.destination import Parcel
from casebridge.destinations.folder import Folder
from casebridge.ledger import ledger
from casebridge.outbox import (
    ADDITION,
    CASE,
    LEASE,
    REPORT,
    Claimed,
    claim,
    record_delivered,
    record_failed,
)
from casebridge.report import ConsentLevel
from casebridge.routing import addition_views, views
from casebridge.sealedphoto import agencies_in, seal_photo
from casebridge.sealing import NotEntitled, entitled, open_sealed, open_whole, seal
from casebridge.tables import What
from tests.casebridge.reports import (
    AREA,
    CODE_KEY,
    NOW,
    PRIVATE,
    RECIPIENTS,
    make_addition,
    make_consent,
    make_report,
    queue,
    sealed_addition,
)
from tests.tables import create_tables

KX7D = "KX7D-4MQP"
AGENCIES = tuple(agency.id for agency in AREA.agencies)


@dataclass
class Story:
    """One report, its reporter, and one worker who may have several parcels in hand."""

    database: Database
    folder: Path
    agreed: set[str]
    pictured: set[str]  # who may have the picture
    now: datetime = NOW
    additions: int = 0
    in_hand: list[tuple[Claimed, Parcel]] = field(default_factory=list)

    def withdraw(self, agency: str) -> None:
        with self.database.begin() as connection:
            returning.withdraw(connection, KX7D, (agency,), self.now)
        self.agreed.discard(agency)
        self.pictured.discard(agency)

    def agree(self, agency: str) -> None:
        with self.database.begin() as connection:
            before = connection.execute(select(REPORT.c.envelope)).scalar_one()
            report = open_whole(before, CODE_KEY)
            report = report.model_copy(update={"consents": (*report.consents, make_consent(agency))})
            self.agreed.add(agency)
            seen = {name: view for name, view in views(report, AREA).items() if name in self.agreed}
            envelope = seal(report, seen, RECIPIENTS, CODE_KEY)
            assert returning.renew(connection, KX7D, before, envelope, (agency,), AREA, self.now)
            photos.give(connection, KX7D, CODE_KEY, (RECIPIENTS[agency],))
            self.pictured.add(agency)

    def add(self, agency: str) -> None:
        self.additions += 1
        addition = make_addition(self.additions)
        levels = {agency: ConsentLevel.WITH_DETAILS}
        seen, envelope = addition_views(addition, levels, AREA), sealed_addition(addition, levels)
        with self.database.begin() as connection:
            added = returning.add(connection, addition, seen, envelope, AREA, self.now)
        assert added == (agency in self.agreed)

    def claim(self, _: str) -> None:
        """Take one delivery and open it; it is sent later, within its lease, or never."""
        for claimed in claim(self.database, self.now):
            keys = PRIVATE[claimed.agency]
            report = (
                None
                if claimed.what is What.WITHDRAWAL
                else open_sealed(claimed.envelope, claimed.agency, keys)
            )
            parcel = Parcel(
                claimed.id, KX7D, claimed.agency, self.now, claimed.queued_at, claimed.what, report
            )
            self.in_hand.append((claimed, parcel))

    def send(self, _: str) -> None:
        if self.in_hand:
            claimed, parcel = self.in_hand.pop(0)
            self._send(claimed, parcel)
            record_delivered(self.database, claimed, self.now)

    def send_and_die(self, _: str) -> None:
        if self.in_hand:
            self._send(*self.in_hand.pop(0))

    def fail(self, _: str) -> None:
        if self.in_hand:
            claimed, _parcel = self.in_hand.pop(0)
            record_failed(self.database, claimed, self.now, "away", self.now + timedelta(seconds=30))

    def wait(self, _: str) -> None:
        """Let every lease run out; whoever still held something was killed."""
        self.in_hand.clear()
        self.now += LEASE

    def finish(self) -> None:
        self.wait("")
        for _ in range(100):
            self.claim("")
            if not self.in_hand:
                return
            self.send("")
        raise AssertionError("the queue never ends")

    def _send(self, claimed: Claimed, parcel: Parcel) -> None:
        destination = Desk(self.database) if claimed.destination == "desk" else Folder(self.folder)
        destination.send(parcel)


DEEDS: dict[str, Callable[[Story, str], None]] = {
    "withdraw": Story.withdraw,
    "agree": Story.agree,
    "add": Story.add,
    "claim": Story.claim,
    "send": Story.send,
    "send and die": Story.send_and_die,
    "fail": Story.fail,
    "wait": Story.wait,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.sampled_from(AGENCIES)), max_size=14))
def test_what_agencies_hold_in_the_end_is_what_they_may_hold(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, str]]
) -> None:
    with TemporaryDirectory(dir=tmp_path_factory.getbasetemp()) as folder:
        database = Database(f"sqlite:///{folder}/reports.db")
        create_tables(database.engine)
        queue(database, make_report())
        story = Story(database, Path(folder) / "handed-over", {"case_group", "police"}, {"case_group"})
        picture = seal_photo(b"JPEG", None, KX7D, 1, [RECIPIENTS["case_group"]], CODE_KEY)
        with database.begin() as connection:
            photos.submit(connection, KX7D, [picture])

        for deed, agency in deeds:
            DEEDS[deed](story, agency)
            story.now += timedelta(milliseconds=1)
            _assert_sealed_for(database, story.agreed)
            _assert_pictured_for(database, story.pictured)
            _assert_balances(database)
        story.finish()

        _assert_balances(database)
        assert _lying_open(database) == story.agreed
        assert _with_a_report(story.folder) == story.agreed & {"case_group", "housing"}
        database.close()


def _assert_sealed_for(database: Database, agreed: set[str]) -> None:
    with database.read() as connection:
        envelopes = [
            envelope
            for table in (REPORT, ADDITION)
            for envelope in connection.execute(select(table.c.envelope)).scalars()
        ]
    assert {*entitled(envelopes[0])} == agreed
    for envelope in envelopes:
        for agency in {*AGENCIES} - agreed:
            try:
                open_sealed(envelope, agency, PRIVATE[agency])
            except NotEntitled:
                continue
            raise AssertionError(agency)


def _assert_pictured_for(database: Database, pictured: set[str]) -> None:
    with database.read() as connection:
        picture = photos.stored(connection, KX7D, 1)
    assert picture is not None
    assert agencies_in(picture.envelope) == pictured


def _assert_balances(database: Database) -> None:
    with database.read() as connection:
        found = ledger(connection)
    assert found.balances, found


def _lying_open(database: Database) -> set[str]:
    with database.read() as connection:
        return {*connection.execute(select(CASE.c.agency).where(CASE.c.withdrawn_at.is_(None))).scalars()}


def _with_a_report(folder: Path) -> set[str]:
    """Return whose folder holds a report, or something added to one."""
    files = (path for path in folder.rglob("*.json") if "-withdrawn-" not in path.name)
    return {path.parent.name for path in files}
