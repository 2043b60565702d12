"""The ledger balances by itself and fails when anything is missing or too much."""

import pytest
from sqlalchemy import delete, insert, select, update

from casebridge.database import Database
from casebridge.ledger import Ledger, ledger
from casebridge.outbox import DELIVERY, REPORT, claim, record_delivered, record_failed
from casebridge.report import ConsentLevel
from casebridge.sealing import without_agencies
from casebridge.tables import What
from tests.casebridge.reports import NOW, make_consent, make_report, queue
from tests.casebridge.test_returning import add_to, deliver, take_back

pytestmark = pytest.mark.both_databases

KX7D = "KX7D-4MQP"


def test_an_empty_ledger_balances(database: Database) -> None:
    assert _ledger(database) == Ledger(
        reports=0, shares=0, delivered=0, pending=0, dead=0, withdrawn=0, faulty=()
    )


def test_a_share_is_pending_until_its_last_delivery_arrived(database: Database) -> None:
    queue(database)
    for delivery in claim(database, NOW, limit=10):
        if delivery.destination == "desk":
            record_delivered(database, delivery, NOW)

    found = _ledger(database)

    assert found == Ledger(reports=1, shares=2, delivered=1, pending=1, dead=0, withdrawn=0, faulty=())
    assert found.balances


def test_one_dead_letter_makes_the_share_dead(database: Database) -> None:
    queue(database)
    for delivery in claim(database, NOW, limit=10):
        if delivery.destination == "folder":
            record_failed(database, delivery, NOW, "refused", None)

    found = _ledger(database)

    assert found == Ledger(reports=1, shares=2, delivered=0, pending=1, dead=1, withdrawn=0, faulty=())
    assert found.balances


def test_a_report_nobody_may_have_balances(database: Database) -> None:
    queue(database, make_report(consents=()))

    assert _ledger(database).balances


@pytest.mark.parametrize(
    ("agency", "destination"), [("case_group", "desk"), ("case_group", "folder"), ("police", "desk")]
)
def test_any_missing_delivery_is_noticed(database: Database, agency: str, destination: str) -> None:
    queue(database)
    queue(database, make_report(reference="CDFH-2347"))
    which = (DELIVERY.c.reference == KX7D, DELIVERY.c.agency == agency, DELIVERY.c.destination == destination)
    with database.begin() as connection:
        connection.execute(delete(DELIVERY).where(*which))

    found = _ledger(database)

    assert not found.balances
    assert found.faulty == (KX7D,)


def test_a_delivery_to_an_agency_without_consent_is_noticed(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        row = connection.execute(select(DELIVERY).where(DELIVERY.c.agency == "police")).one()
        connection.execute(insert(DELIVERY), {**row._mapping, "id": "another", "agency": "housing"})
        connection.execute(update(REPORT).values(deliveries=4))

    assert _ledger(database).faulty == (KX7D,)


@pytest.mark.parametrize("what", [What.REPORT, What.ADDITION, What.WITHDRAWAL])
def test_any_missing_row_of_a_report_somebody_came_back_to_is_noticed(database: Database, what: What) -> None:
    queue(database)
    queue(database, make_report(reference="CDFH-2347"))
    add_to(database, {"case_group": ConsentLevel.WITH_DETAILS})
    deliver(database)
    take_back(database, "case_group")
    with database.begin() as connection:
        which = (DELIVERY.c.reference == KX7D, DELIVERY.c.agency == "case_group", DELIVERY.c.what == what)
        connection.execute(delete(DELIVERY).where(*which, DELIVERY.c.destination == "folder"))

    assert _ledger(database).faulty == (KX7D,)


def test_a_delivery_still_due_to_an_agency_that_was_taken_out_is_noticed(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        envelope = connection.execute(select(REPORT.c.envelope)).scalar_one()
        connection.execute(update(REPORT).values(envelope=without_agencies(envelope, ["police"])))

    assert _ledger(database).faulty == (KX7D,)


def test_an_envelope_that_vanished_is_not_taken_for_one_erased(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        connection.execute(update(REPORT).values(envelope=b""))

    assert _ledger(database).faulty == (KX7D,)


def test_a_withdrawal_that_could_not_be_delivered_is_a_dead_share(database: Database) -> None:
    """An agency that still has it and was not told is an open task."""
    queue(database, make_report(consents=(make_consent("police"),)))
    deliver(database)
    take_back(database, "police")
    (withdrawal,) = claim(database, NOW)
    record_failed(database, withdrawal, NOW, "refused", None)

    assert _ledger(database) == Ledger(1, 1, delivered=0, pending=0, dead=1, withdrawn=0, faulty=())


def test_an_envelope_nobody_can_read_is_noticed(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        connection.execute(update(REPORT).values(envelope=b"broken"))

    assert not _ledger(database).balances


def _ledger(database: Database) -> Ledger:
    with database.read() as connection:
        return ledger(connection)
