"""The queue's laws, on SQLite and on PostgreSQL."""

from contextlib import suppress
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from casebridge.database import Database
from casebridge.outbox import (
    CASE,
    DELIVERY,
    GIVE_UP_AFTER,
    LEASE,
    LONGEST_WAIT,
    REPORT,
    Claimed,
    claim,
    next_attempt,
    record_delivered,
    record_failed,
    replay,
)
from casebridge.sealing import open_sealed
from casebridge.tables import DeliveryState, ReportStatus, What
from tests.casebridge.reports import NOW, PRIVATE, STORY, make_consent, make_report, queue

pytestmark = pytest.mark.both_databases

SHARES = {("case_group", "desk"), ("case_group", "folder"), ("police", "desk")}
MINUTE = timedelta(minutes=1)


def test_a_report_is_queued_for_each_destination_of_each_agency_consented_to(database: Database) -> None:
    queue(database)

    claimed = claim(database, NOW, limit=10)

    assert {(delivery.agency, delivery.destination) for delivery in claimed} == SHARES
    assert {delivery.attempt for delivery in claimed} == {1}


def test_what_is_claimed_can_be_opened_by_its_agency(database: Database) -> None:
    queue(database)

    opened = {
        open_sealed(delivery.envelope, delivery.agency, PRIVATE[delivery.agency]).agency
        for delivery in claim(database, NOW, limit=10)
    }

    assert opened == {"case_group", "police"}


def test_a_submission_that_fails_half_way_leaves_nothing(database: Database) -> None:
    with suppress(RuntimeError), database.begin() as connection:
        connection.execute(insert(REPORT), _report_row())
        raise RuntimeError

    assert _rows(database, REPORT) == []


def test_a_reference_cannot_be_given_twice(database: Database) -> None:
    queue(database)

    with pytest.raises(IntegrityError):
        queue(database)

    assert len(_rows(database, DELIVERY)) == len(SHARES)


def test_a_dump_of_the_queue_holds_no_word_of_the_report(database: Database) -> None:
    queue(database)

    dump = repr([_rows(database, table) for table in (REPORT, DELIVERY, CASE)])

    assert "KX7D-4MQP" in dump
    assert not any(word in dump for word in (STORY, "verschwinde", "Yarm", "447700", "TS18", "religion"))


def test_a_report_nobody_may_have_is_kept_and_goes_nowhere(database: Database) -> None:
    queue(database, make_report(consents=()))

    assert claim(database, NOW, limit=10) == ()
    assert len(_rows(database, REPORT)) == 1


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    queue(database)
    first = claim(database, NOW, limit=10)

    assert claim(database, NOW + LEASE - MINUTE, limit=10) == ()
    again = claim(database, NOW + LEASE, limit=10)
    assert {delivery.id for delivery in again} == {delivery.id for delivery in first}
    assert {delivery.attempt for delivery in again} == {2}


def test_nothing_is_claimed_before_it_is_due(database: Database) -> None:
    queue(database)

    assert claim(database, NOW - MINUTE, limit=10) == ()


def test_workers_at_the_same_time_never_claim_the_same_delivery(database: Database) -> None:
    for n in range(20):
        queue(database, make_report(reference=f"CCCC-{n:04}", consents=(make_consent("police"),)))
    claimed: list[str] = []

    def work() -> None:
        while mine := claim(database, NOW, limit=3):
            claimed.extend(delivery.id for delivery in mine)

    workers = [Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # A worker may see nothing due while another holds the last rows, so what is left is taken here.
    work()
    assert len(claimed) == len(set(claimed)) == 20


def test_what_is_delivered_is_never_claimed_again(database: Database) -> None:
    queue(database)
    for delivery in claim(database, NOW, limit=10):
        record_delivered(database, delivery, NOW)

    assert claim(database, NOW + 10 * GIVE_UP_AFTER, limit=10) == ()
    assert {row.state for row in _rows(database, DELIVERY)} == {DeliveryState.DELIVERED}


def test_a_failure_is_tried_again_when_it_says(database: Database) -> None:
    delivery = _claim_one(database)

    record_failed(database, delivery, NOW, "refused", NOW + 2 * MINUTE)

    assert claim(database, NOW + MINUTE) == ()
    assert [again.attempt for again in claim(database, NOW + 2 * MINUTE)] == [2]


def test_a_permanent_failure_is_a_dead_letter_that_says_why(database: Database) -> None:
    delivery = _claim_one(database)

    record_failed(database, delivery, NOW, "x" * 100, None)

    (row,) = _rows(database, DELIVERY)
    assert (row.state, row.last_error, row.done_at) == (DeliveryState.DEAD, "x" * 64, NOW)
    assert claim(database, NOW + GIVE_UP_AFTER) == ()


def test_a_dead_letter_replayed_has_another_72_hours(database: Database) -> None:
    delivery = _claim_one(database)
    record_failed(database, delivery, NOW, "refused", None)
    later = NOW + timedelta(days=9)

    assert replay(database, delivery.id, later)

    (again,) = claim(database, later)
    assert (again.id, again.give_up_at) == (delivery.id, later + GIVE_UP_AFTER)


def test_only_a_dead_letter_can_be_replayed(database: Database) -> None:
    delivery = _claim_one(database)

    assert not replay(database, delivery.id, NOW)
    assert not replay(database, "unknown", NOW)


def test_a_worker_that_was_too_slow_cannot_undo_what_another_did(database: Database) -> None:
    slow = _claim_one(database)
    (quick,) = claim(database, NOW + LEASE)
    record_failed(database, slow, NOW + LEASE, "slow", None)

    record_delivered(database, quick, NOW + LEASE)
    record_failed(database, quick, NOW + LEASE, "late", None)

    (row,) = _rows(database, DELIVERY)
    assert (row.state, row.last_error) == (DeliveryState.DELIVERED, "")


def test_a_delivery_that_arrived_is_delivered_whoever_says_so(database: Database) -> None:
    slow = _claim_one(database)
    claim(database, NOW + LEASE)

    record_delivered(database, slow, NOW + LEASE)

    (row,) = _rows(database, DELIVERY)
    assert row.state == DeliveryState.DELIVERED


@given(attempt=st.integers(1, 10_000), spread=st.floats(0, 1), ago=st.integers(0, 71 * 60))
def test_waits_stay_between_15_seconds_and_4_hours_and_end_at_72(
    attempt: int, spread: float, ago: int
) -> None:
    claimed = _claimed(attempt)
    now = NOW + ago * MINUTE

    again_at = next_attempt(claimed, now, spread)

    assert again_at is not None
    assert now + timedelta(seconds=15) <= again_at <= min(now + LONGEST_WAIT, claimed.give_up_at)


def test_the_wait_doubles() -> None:
    waits = [_next(attempt, NOW) for attempt in (1, 2, 3, 4, 99)]

    assert waits == [NOW + timedelta(seconds=it) for it in (30, 60, 120, 240, 4 * 3600)]


def test_after_72_hours_there_is_no_next_attempt_and_the_last_falls_on_the_end() -> None:
    end = NOW + GIVE_UP_AFTER

    assert _next(9, end - MINUTE) == end
    assert _next(9, end) is None


def _claim_one(database: Database) -> Claimed:
    queue(database, make_report(consents=(make_consent("police"),)))
    (delivery,) = claim(database, NOW)
    return delivery


def _claimed(attempt: int) -> Claimed:
    return Claimed("id", "KX7D-4MQP", "police", "desk", attempt, NOW + GIVE_UP_AFTER, NOW, What.REPORT, b"")


def _next(attempt: int, now: datetime) -> datetime | None:
    return next_attempt(_claimed(attempt), now, spread=1)


def _rows(database: Database, table: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table)).all())


def _report_row() -> dict[str, object]:
    return {
        "reference": "KX7D-4MQP",
        "code_id": b"id",
        "envelope": b"",
        "urgency": "routine",
        "language": "en",
        "day": NOW.date(),
        "status": ReportStatus.RECEIVED,
        "deliveries": 0,
    }
