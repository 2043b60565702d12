"""What a reporter does after sending, on SQLite and on PostgreSQL."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from casebridge.database import Database
from casebridge.destinations.desk import Desk
from casebridge.destinations.folder import Folder
from casebridge.keyring import Keyring
from casebridge.ledger import Ledger, ledger
from casebridge.outbox import (
    ADDITION,
    CASE,
    DELIVERY,
    GIVE_UP_AFTER,
    LEASE,
    REPORT,
    claim,
    record_delivered,
    record_failed,
    replay,
)
from casebridge.questions import QUESTION, Asked, ask
from casebridge.report import ConsentLevel, Report
from casebridge.returning import add, erase, renew, withdraw
from casebridge.routing import addition_views, views
from casebridge.sealing import NotEntitled, entitled, open_sealed, open_whole, seal
from casebridge.tables import DeliveryState, ReportStatus, What
from casebridge.worker import Worker
from tests.casebridge.reports import (
    ADDED,
    AREA,
    CODE_KEY,
    NOW,
    PRIVATE,
    RECIPIENTS,
    make_addition,
    make_consent,
    make_report,
    queue,
    sealed,
    sealed_addition,
)

pytestmark = pytest.mark.both_databases

KX7D = "KX7D-4MQP"
LEVELS = {"case_group": ConsentLevel.WITH_DETAILS, "police": ConsentLevel.WITHOUT_DETAILS}
KEYS = Keyring(PRIVATE, desk=bytes(32))


def test_an_addition_reaches_exactly_the_agencies_given(database: Database) -> None:
    queue(database)
    deliver(database)

    assert add_to(database, {"case_group": ConsentLevel.WITH_DETAILS})

    claimed = claim(database, NOW, limit=10)
    assert {(d.agency, d.destination, d.what) for d in claimed} == {
        ("case_group", "desk", What.ADDITION),
        ("case_group", "folder", What.ADDITION),
    }
    opened = open_sealed(claimed[0].envelope, "case_group", PRIVATE["case_group"])
    assert opened.answers[1].said == ADDED
    assert balance(database).balances


def test_an_addition_never_overtakes_its_report(database: Database) -> None:
    queue(database, make_report(consents=(make_consent("police"),)))
    add_to(database, {"police": ConsentLevel.WITH_DETAILS})

    (first,) = claim(database, NOW, limit=10)
    assert first.what is What.REPORT
    record_failed(database, first, NOW, "refused", None)
    assert claim(database, NOW, limit=10) == ()  # it waits for somebody to mend what is dead
    replay(database, first.id, NOW)
    (again,) = claim(database, NOW, limit=10)
    record_delivered(database, again, NOW)

    assert [d.what for d in claim(database, NOW, limit=10)] == [What.ADDITION]


def test_nothing_is_added_for_an_agency_that_may_not_have_the_report(database: Database) -> None:
    queue(database)
    take_back(database, "police")

    assert not add_to(database, LEVELS)
    assert (rows(database, ADDITION), balance(database).balances) == ([], True)


def test_what_was_never_attempted_is_not_sent_and_nobody_is_told(database: Database) -> None:
    queue(database)

    take_back(database, "police")

    assert {d.agency for d in claim(database, NOW, limit=10)} == {"case_group"}
    assert states(database, "police") == [(What.REPORT, DeliveryState.WITHDRAWN)]
    assert balance(database) == Ledger(1, 2, delivered=0, pending=1, dead=0, withdrawn=1, faulty=())


def test_whoever_has_it_is_told_that_it_was_taken_back_and_once(database: Database) -> None:
    queue(database)
    add_to(database, LEVELS)
    deliver(database)

    for _ in range(2):
        take_back(database, "police", "case_group")

    sent = deliver(database)
    assert sorted((d.agency, d.destination, d.what) for d in sent) == [
        ("case_group", "desk", What.WITHDRAWAL),
        ("case_group", "folder", What.WITHDRAWAL),
        ("police", "desk", What.WITHDRAWAL),
    ]
    assert balance(database) == Ledger(1, 2, delivered=0, pending=0, dead=0, withdrawn=2, faulty=())


def test_no_key_of_an_agency_opens_anything_it_was_taken_from(database: Database) -> None:
    queue(database)
    add_to(database, LEVELS)
    take_back(database, "case_group")

    envelopes = [row.envelope for table in (REPORT, ADDITION) for row in rows(database, table)]
    for envelope in envelopes:
        with pytest.raises(NotEntitled):
            open_sealed(envelope, "case_group", PRIVATE["case_group"])
        assert open_sealed(envelope, "police", PRIVATE["police"]).agency == "police"
    assert len(envelopes) == 2


def test_a_withdrawal_waits_for_a_sending_in_hand(database: Database) -> None:
    """The worker has the report open already: word of the withdrawal comes after it, not before."""
    queue(database, make_report(consents=(make_consent("police"),)))
    (in_hand,) = claim(database, NOW)

    take_back(database, "police")
    early = claim(database, NOW + LEASE - timedelta(seconds=1), limit=10)
    record_delivered(database, in_hand, NOW)

    assert early == ()
    assert [d.what for d in claim(database, NOW + LEASE, limit=10)] == [What.WITHDRAWAL]
    assert states(database, "police")[0] == (What.REPORT, DeliveryState.WITHDRAWN)
    assert balance(database).balances


@pytest.mark.parametrize("ended", ["delivered", "failed", "killed"])
def test_a_worker_that_was_sending_meanwhile_changes_nothing_of_a_withdrawal(
    database: Database, ended: str
) -> None:
    queue(database, make_report(consents=(make_consent("police"),)))
    (in_hand,) = claim(database, NOW)
    take_back(database, "police")

    if ended == "delivered":
        record_delivered(database, in_hand, NOW)
    elif ended == "failed":
        record_failed(database, in_hand, NOW, "refused", NOW)
    sent = deliver(database, NOW + LEASE)

    assert [d.what for d in sent] == [What.WITHDRAWAL]
    assert balance(database) == Ledger(1, 1, delivered=0, pending=0, dead=0, withdrawn=1, faulty=())


def test_a_dead_letter_does_not_keep_a_withdrawal_back_and_is_sent_no_more(database: Database) -> None:
    queue(database, make_report(consents=(make_consent("police"),)))
    (dead,) = claim(database, NOW)
    record_failed(database, dead, NOW, "refused", None)

    take_back(database, "police")

    assert [d.what for d in claim(database, NOW, limit=10)] == [What.WITHDRAWAL]
    assert not replay(database, dead.id, NOW)


def test_agreeing_later_sends_the_report_to_the_new_agency_alone(database: Database) -> None:
    queue(database)
    deliver(database)

    assert agree(database, "housing")

    claimed = claim(database, NOW, limit=10)
    assert {(d.agency, d.what) for d in claimed} == {("housing", What.REPORT)}
    opened = open_sealed(claimed[0].envelope, "housing", PRIVATE["housing"])
    assert [consent.agency for consent in opened.consents] == ["housing"]
    assert balance(database) == Ledger(1, 3, delivered=2, pending=1, dead=0, withdrawn=0, faulty=())


def test_an_agreement_that_met_a_withdrawal_changes_nothing(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        before = connection.execute(select(REPORT.c.envelope)).scalar_one()
        withdraw(connection, KX7D, ("police",), NOW)
    report = _with_consent(before, "housing")

    with database.begin() as connection:
        renewed = renew(connection, KX7D, before, sealed(report), ("housing",), AREA, NOW)

    assert not renewed
    assert states(database, "housing") == []
    with pytest.raises(NotEntitled):
        open_sealed(rows(database, REPORT)[0].envelope, "police", PRIVATE["police"])


def test_agreeing_to_one_agency_never_gives_it_back_to_another(database: Database) -> None:
    """The consent it once had is still in the report: to seal for it again is refused."""
    queue(database)
    take_back(database, "police")

    with database.begin() as connection:
        before = connection.execute(select(REPORT.c.envelope)).scalar_one()
        report = _with_consent(before, "housing")
        with pytest.raises(ValueError, match="police"):
            renew(connection, KX7D, before, sealed(report), ("housing",), AREA, NOW)
    agree(database, "housing")

    assert entitled(rows(database, REPORT)[0].envelope) == ("case_group", "housing")


def test_an_agency_left_out_of_the_new_envelope_is_taken_back(database: Database) -> None:
    queue(database)
    add_to(database, LEVELS)
    deliver(database)
    with database.begin() as connection:
        before = connection.execute(select(REPORT.c.envelope)).scalar_one()
        alone = make_report(consents=(make_consent("case_group"),))
        renew(connection, KX7D, before, sealed(alone), (), AREA, NOW)

    assert [(d.agency, d.what) for d in deliver(database)] == [("police", What.WITHDRAWAL)]
    with pytest.raises(NotEntitled):
        open_sealed(rows(database, ADDITION)[0].envelope, "police", PRIVATE["police"])
    assert balance(database).balances


@pytest.mark.parametrize("told", [True, False])
def test_an_agency_agreed_to_again_is_sent_the_report_again(database: Database, told: bool) -> None:
    """Whether or not it had been told of the withdrawal; and another withdrawal reaches it too."""
    queue(database)
    deliver(database)
    take_back(database, "police")
    if told:
        deliver(database)

    agree(database, "police")
    again = deliver(database)
    take_back(database, "police")
    last = deliver(database)

    assert [(d.agency, d.what) for d in again] == [("police", What.REPORT)]
    assert [(d.agency, d.what) for d in last] == [("police", What.WITHDRAWAL)]
    assert balance(database) == Ledger(1, 2, delivered=1, pending=0, dead=0, withdrawn=1, faulty=())


def test_erasing_leaves_nothing_to_open_and_nothing_to_ask(database: Database) -> None:
    queue(database)
    add_to(database, LEVELS)
    deliver(database)
    with database.begin() as connection:
        ask(connection, KX7D, "police", b"sealed", Asked("1", b"copy", "0001-x", NOW, "sam", None))

    for _ in range(2):
        with database.begin() as connection:
            erase(connection, KX7D, NOW)

    (report,) = rows(database, REPORT)
    assert (report.envelope, report.status, report.reporter_key) == (b"", ReportStatus.WITHDRAWN, None)
    assert (rows(database, ADDITION), rows(database, QUESTION)) == ([], [])
    assert {d.what for d in deliver(database)} == {What.WITHDRAWAL}
    assert balance(database) == Ledger(1, 2, delivered=0, pending=0, dead=0, withdrawn=2, faulty=())


def test_nothing_can_be_done_with_a_report_that_was_erased(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        before = connection.execute(select(REPORT.c.envelope)).scalar_one()
        erase(connection, KX7D, NOW)
    report = _with_consent(before, "housing")

    with database.begin() as connection:
        renewed = renew(connection, KX7D, before, sealed(report), ("housing",), AREA, NOW)

    assert (renewed, add_to(database, LEVELS)) == (False, False)
    assert claim(database, NOW + GIVE_UP_AFTER, limit=10) == ()


def test_questions_of_an_agency_go_with_what_it_had(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        for agency in ("police", "case_group"):
            ask(connection, KX7D, agency, b"sealed", Asked(agency, b"copy", "0001-x", NOW, "sam", None))
        withdraw(connection, KX7D, ("police",), NOW)

    assert [row.agency for row in rows(database, QUESTION)] == ["case_group"]


def test_what_goes_wrong_half_way_leaves_everything_as_it_was(database: Database) -> None:
    queue(database)
    deliver(database)
    before = [rows(database, table) for table in (REPORT, ADDITION, DELIVERY)]

    with suppress(RuntimeError), database.begin() as connection:
        erase(connection, KX7D, NOW)
        raise RuntimeError

    assert [rows(database, table) for table in (REPORT, ADDITION, DELIVERY)] == before


def test_desk_and_folder_follow_what_the_reporter_does(database: Database, tmp_path: Path) -> None:
    """Sent, added to, taken back, agreed to again: what an agency then holds is what it may hold."""
    queue(database, make_report(consents=(make_consent("case_group"),)))
    worker = Worker(database, {"desk": Desk(database), "folder": Folder(tmp_path)}, lambda: KEYS, lambda: NOW)

    def work() -> tuple[list[str], bool, bool]:
        while worker.deliver_due(limit=10):
            pass
        (case,) = rows(database, CASE)
        names = sorted(path.name[10:].split("-")[0] for path in tmp_path.rglob("KX7D*"))
        kinds = [name if name in ("addition", "withdrawn") else "report" for name in names]
        return sorted(kinds), case.added_at is not None, case.withdrawn_at is not None

    assert work() == (["report"], False, False)
    add_to(database, {"case_group": ConsentLevel.WITH_DETAILS})
    assert work() == (["addition", "report"], True, False)
    take_back(database, "case_group")
    assert work() == (["withdrawn"], False, True)
    agree(database, "case_group")
    assert work() == (["report"], True, False)
    assert balance(database).balances


def test_withdrawals_that_meet_deliveries_leave_no_case_open(database: Database) -> None:
    """Three workers deliver while every report is taken back."""
    references = [f"CCCC-{number:04}" for number in range(12)]
    for reference in references:
        queue(database, make_report(reference=reference, consents=(make_consent("police"),)))
    moments = [NOW]
    worker = Worker(database, {"desk": Desk(database)}, lambda: KEYS, lambda: moments[-1])

    def work() -> None:
        while worker.deliver_due():
            pass

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for reference in references:
        with database.begin() as connection:
            withdraw(connection, reference, ("police",), NOW)
    for thread in threads:
        thread.join()
    moments.append(NOW + LEASE)
    work()

    assert [case.reference for case in rows(database, CASE) if case.withdrawn_at is None] == []
    found = balance(database)
    assert (found.balances, found.withdrawn) == (True, len(references))


def add_to(database: Database, levels: dict[str, ConsentLevel], number: int = 1) -> bool:
    addition = make_addition(number)
    seen = addition_views(addition, levels, AREA)
    with database.begin() as connection:
        return add(connection, addition, seen, sealed_addition(addition, levels), AREA, NOW)


def take_back(database: Database, *agencies: str) -> None:
    with database.begin() as connection:
        withdraw(connection, KX7D, agencies, NOW)


def agree(database: Database, agency: str) -> bool:
    """Open the report with its code, add a consent and seal it again, as the conversation does.

    Only for those who may have it still: what they once said yes to stands in it for ever.
    """
    with database.begin() as connection:
        before = connection.execute(select(REPORT.c.envelope)).scalar_one()
        report = _with_consent(before, agency)
        allowed = {*entitled(before), agency}
        seen = {agency: view for agency, view in views(report, AREA).items() if agency in allowed}
        envelope = seal(report, seen, RECIPIENTS, CODE_KEY)
        return renew(connection, KX7D, before, envelope, (agency,), AREA, NOW)


def _with_consent(envelope: bytes, agency: str) -> Report:
    report = open_whole(envelope, CODE_KEY)
    return report.model_copy(update={"consents": (*report.consents, make_consent(agency))})


def deliver(database: Database, at: Any = NOW) -> list[Any]:
    """Let everything that is due arrive."""
    arrived = []
    while claimed := claim(database, at, limit=10):
        for delivery in claimed:
            record_delivered(database, delivery, at)
            arrived.append(delivery)
    return arrived


def balance(database: Database) -> Ledger:
    with database.read() as connection:
        return ledger(connection)


def states(database: Database, agency: str) -> list[tuple[str, str]]:
    return sorted((row.what, row.state) for row in rows(database, DELIVERY) if row.agency == agency)


def rows(database: Database, table: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table)).all())
