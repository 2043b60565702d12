"""A report that was sent unusually fast: the case group is told to look, and the order stays as it was."""

import pytest

from casebridge.report import Pace, Urgency
from tests.casebridge.desk.people import Office, text_of
from tests.casebridge.desk.test_casework import references
from tests.casebridge.reports import make_consent, make_report

pytestmark = pytest.mark.both_databases

LOOK = "Needs a look: sent unusually fast"
EVERY_PACE = tuple(Pace)


def test_the_queue_says_which_report_needs_a_look_and_reads_it_in_its_turn(office: Office) -> None:
    for reference, urgency, pace in (
        ("AAAA-0001", Urgency.STANDARD, EVERY_PACE),
        ("AAAA-0002", Urgency.STANDARD, ()),
        ("AAAA-0003", Urgency.URGENT, EVERY_PACE),
    ):
        office.receive(make_report(reference=reference, urgency=urgency, pace=pace))
        office.clock.move(hours=1)

    page = office.worker().get("/")

    text = text_of(page)
    assert references(page.text) == ["AAAA-0003", "AAAA-0001", "AAAA-0002"]
    assert text.count(LOOK) == 2
    assert f"AAAA-0001 Standard {LOOK} 22 November 2026" in text


def test_the_case_page_says_what_was_fast_and_that_a_person_decides(small_office: Office) -> None:
    small_office.receive(make_report(pace=(Pace.ADDRESS, Pace.DEPLOYMENT)))

    page = text_of(small_office.worker().get("/reports/KX7D-4MQP"))

    assert (
        f"{LOOK} Much came from one place on the internet. A library or a hostel can look like that."
        " More reports than usual came in at that time. That can be quite genuine." in page
    )
    assert "A person decides what it means." in page


def test_a_report_sent_at_an_ordinary_pace_says_nothing_of_it(small_office: Office) -> None:
    small_office.receive(make_report())
    worker = small_office.worker()

    pages = [text_of(worker.get(path)) for path in ("/", "/reports/KX7D-4MQP")]

    assert [LOOK in page for page in pages] == [False, False]


def test_another_agency_is_not_told(small_office: Office) -> None:
    small_office.receive(make_report(pace=EVERY_PACE, consents=(make_consent("police"),)))
    worker = small_office.worker("Kim", "police")

    pages = [text_of(worker.get(path)) for path in ("/", "/reports/KX7D-4MQP")]

    assert [LOOK in page for page in pages] == [False, False]
