"""The worker with destinations that are lists or die, on SQLite and on PostgreSQL."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, select, update
from structlog.testing import capture_logs

from casebridge.database import Database
from casebridge.destinations import DeliveryError, Destination, Parcel, open_destinations
from casebridge.keyring import Keyring
from casebridge.ledger import ledger
from casebridge.outbox import CASE, DELIVERY, GIVE_UP_AFTER, LEASE, REPORT
from casebridge.report import Report
from casebridge.routing import views
from casebridge.settings import PrivateSettings
from casebridge.tables import DeliveryState
from casebridge.worker import Worker
from tests.casebridge.reports import AREA, NOW, PRIVATE, make_consent, make_report, queue

pytestmark = pytest.mark.both_databases

KEYS = Keyring(PRIVATE, desk=bytes(32))
CANARY = "zimtstern"


@dataclass
class Listing:
    """A destination that keeps what it is sent, and first fails as often as it is told."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[Parcel] = field(default_factory=list)
    meanwhile: Callable[[], object] = bool

    def send(self, parcel: Parcel) -> None:
        self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(parcel)


def make_worker(database: Database, desk: Destination, at: datetime = NOW, keys: Keyring = KEYS) -> Worker:
    return Worker(database, {"desk": desk, "folder": Listing()}, lambda: keys, lambda: at)


def test_each_agency_is_sent_its_own_view(database: Database) -> None:
    report = queue(database)
    desk = Listing()

    assert make_worker(database, desk).deliver_due(limit=10) == 3

    assert {parcel.agency: parcel.report for parcel in desk.sent} == views(report, AREA)
    assert _states(database) == {DeliveryState.DELIVERED}


def test_what_was_delivered_is_not_sent_again(database: Database) -> None:
    queue(database)
    desk = Listing()
    make_worker(database, desk).deliver_due(limit=10)

    assert make_worker(database, desk, NOW + GIVE_UP_AFTER).deliver_due(limit=10) == 0


def test_an_agency_that_was_away_is_sent_the_same_parcel_later(database: Database) -> None:
    _queue_one(database)
    desk = Listing([DeliveryError("away", permanent=False), OSError(CANARY)])

    for minutes in range(6):
        make_worker(database, desk, NOW + timedelta(minutes=minutes)).deliver_due()

    (parcel,) = desk.sent
    assert _states(database) == {DeliveryState.DELIVERED}
    assert parcel.delivery_id == _rows(database)[0].id


def test_a_permanent_refusal_is_a_dead_letter_at_once(database: Database) -> None:
    _queue_one(database)

    make_worker(database, Listing([DeliveryError("refused", permanent=True)])).deliver_due()

    assert [(row.state, row.last_error) for row in _rows(database)] == [(DeliveryState.DEAD, "refused")]


def test_an_agency_away_for_72_hours_leaves_a_dead_letter_and_the_ledger_balances(database: Database) -> None:
    _queue_one(database)
    desk = Listing([OSError(CANARY)] * 1000)

    for hours in range(80):
        make_worker(database, desk, NOW + timedelta(hours=hours)).deliver_due()

    with database.read() as connection:
        found = ledger(connection)
    assert (found.dead, found.balances) == (1, True)
    assert _rows(database)[0].last_error == "OSError"


def test_a_missing_private_key_is_waited_for(database: Database) -> None:
    _queue_one(database)
    make_worker(database, Listing(), keys=Keyring({}, bytes(32))).deliver_due()

    desk = Listing()
    make_worker(database, desk, NOW + timedelta(minutes=1)).deliver_due()

    assert len(desk.sent) == 1


def test_an_envelope_that_is_not_genuine_is_a_dead_letter(database: Database) -> None:
    _queue_one(database)
    with database.begin() as connection:
        envelope = connection.execute(select(REPORT.c.envelope)).scalar_one()
        connection.execute(update(REPORT).values(envelope=envelope[:-1] + bytes([envelope[-1] ^ 1])))

    make_worker(database, Listing()).deliver_due()

    # The last body is the police's own, so the police cannot open it.
    assert [(row.state, row.last_error) for row in _rows(database)] == [(DeliveryState.DEAD, "Tampered")]


def test_a_destination_this_worker_does_not_know_is_left_for_one_that_does(database: Database) -> None:
    _queue_one(database)

    Worker(database, {}, lambda: KEYS, lambda: NOW).deliver_due()

    assert [(row.state, row.last_error) for row in _rows(database)] == [
        (DeliveryState.DUE, "no-such-destination")
    ]


def test_one_fault_does_not_keep_the_next_report_back(database: Database) -> None:
    _queue_one(database)
    queue(database, make_report(reference="CDFH-2347", consents=(make_consent("police"),)))
    desk = Listing([RuntimeError(CANARY)])

    make_worker(database, desk).deliver_due(limit=2)

    assert len(desk.sent) == 1


def test_nothing_is_locked_while_a_parcel_is_on_its_way(database: Database) -> None:
    _queue_one(database)

    def write_meanwhile() -> None:
        queue(database, make_report(reference="CDFH-2347", consents=()))

    desk = Listing(meanwhile=write_meanwhile)
    make_worker(database, desk).deliver_due()

    assert len(desk.sent) == 1


def test_log_lines_name_the_delivery_and_the_kind_of_fault_and_no_words(database: Database) -> None:
    _queue_one(database)

    with capture_logs() as lines:
        make_worker(database, Listing([RuntimeError(CANARY)])).deliver_due()

    (line,) = lines
    assert line.pop("where").startswith("tests/casebridge/test_worker.py:")
    assert line == {
        "event": "not delivered",
        "log_level": "warning",
        "reference": "KX7D-4MQP",
        "agency": "police",
        "destination": "desk",
        "what": "report",
        "attempt": 1,
        "kind": "RuntimeError",
        "permanent": False,
        "fault": "RuntimeError",
    }


def test_told_to_stop_the_worker_finishes_the_delivery_in_hand_and_no_other(database: Database) -> None:
    queue(database)
    stop = Event()

    make_worker(database, Listing(meanwhile=stop.set)).run(stop)

    states = sorted((row.destination, row.state) for row in _rows(database))
    assert ("desk", DeliveryState.DELIVERED) in states
    assert ("desk", DeliveryState.DUE) in states


def test_a_queue_out_of_reach_does_not_end_the_worker(database: Database) -> None:
    stop = Event()

    def no_time() -> datetime:
        stop.set()
        raise ConnectionError(CANARY)

    with capture_logs() as lines:
        Worker(database, {}, lambda: KEYS, no_time).run(stop)

    assert [(line["event"], line["fault"]) for line in lines] == [
        ("cannot reach the queue", "ConnectionError")
    ]


@pytest.mark.parametrize("step", range(1, 14))
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    database: Database, database_url: str, tmp_path: Path, step: int
) -> None:
    """Steps of a desk and of a folder delivery, 1 to 12; at 13 the worker lives to the end."""
    report = queue(database, make_report(consents=(make_consent("case_group"),)))
    settings = PrivateSettings(_env_file=None, var_dir=tmp_path)
    doomed = multiprocessing.get_context("fork").Process(target=_die_at, args=(step, database_url, settings))
    doomed.start()
    doomed.join()

    later = NOW + LEASE
    after = Worker(database, open_destinations(database, settings), lambda: KEYS, lambda: later)
    while after.deliver_due(limit=10):
        pass

    assert doomed.exitcode == (0 if step > LAST_STEP else -signal.SIGKILL)
    assert [row.agency for row in _rows(database, CASE)] == ["case_group"]
    (file,) = [path for path in (tmp_path / "handed-over").rglob("*") if path.is_file()]
    assert Report.model_validate_json(file.read_bytes()) == views(report, AREA)["case_group"]
    assert _states(database) == {DeliveryState.DELIVERED}


LAST_STEP = 12


def _die_at(fatal_step: int, database_url: str, settings: PrivateSettings) -> None:
    """Deliver everything, counting steps, and die by SIGKILL at one of them."""
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    @dataclass
    class Counted:
        inner: Destination

        def send(self, parcel: Parcel) -> None:
            step()
            self.inner.send(parcel)
            step()

    def counted_link(*names: Any, **rest: Any) -> None:
        step()
        link(*names, **rest)

    def read_keys() -> Keyring:
        step()
        return KEYS

    database = Database(database_url)
    event.listen(database.engine, "commit", step)  # before the commit: of claim, case, record
    link, os.link = os.link, counted_link
    opened = open_destinations(database, settings)
    destinations = {name: Counted(destination) for name, destination in opened.items()}
    worker = Worker(database, destinations, read_keys, lambda: NOW)
    while worker.deliver_due():
        pass
    assert steps == LAST_STEP


def _queue_one(database: Database) -> None:
    """One report with a share of the police's own, delivered to one desk."""
    queue(database, make_report(consents=(make_consent("police"),)))


def _rows(database: Database, table: Any = DELIVERY) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table)).all())


def _states(database: Database) -> set[str]:
    return {row.state for row in _rows(database)}
