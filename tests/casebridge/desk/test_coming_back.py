"""What the desk shows and does once a reporter comes back: additions, questions, closing, withdrawals."""

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casebridge.asking import open_question
from casebridge.database import Database
from casebridge.destinations.desk import Desk
from casebridge.questions import answered, open_questions
from casebridge.recipients import read_recipients
from casebridge.report import ConsentLevel, Involvement, Permission, wording_hash
from casebridge.returning import add, erase, withdraw
from casebridge.routing import addition_views
from casebridge.sealing import seal
from casebridge.standing import Standing, standing_of_reference
from casebridge.tables import Addition, ClosedReason, ReportStatus, SealedReport
from casebridge.worker import Worker as Courier
from tests.casebridge.desk.people import NOW, Office, Worker, text_of
from tests.casebridge.desk.test_casework import events, references
from tests.casebridge.reports import ADDED, CODE_KEY, STORY, make_addition, make_consent, make_report

KX7D = "KX7D-4MQP"
PAGE = f"/reports/{KX7D}"


@pytest.mark.both_databases
def test_what_was_added_brings_the_case_back_on_top_until_it_is_read(office: Office) -> None:
    worker = office.worker()
    acknowledged(office, worker)
    office.receive(make_report(reference="AAAA-0001"))

    add_to(office, {"case_group": ConsentLevel.WITH_DETAILS})
    before = worker.get("/")
    page = text_of(worker.get(PAGE))
    after = worker.get("/")

    assert references(before.text) == [KX7D, "AAAA-0001"]
    assert "Something was added" in text_of(before)
    assert f"What was added later Added on 23 November 2026 at 09:30 {HEADS} Strands Race Religion" in page
    assert ADDED in page
    assert references(after.text) == ["AAAA-0001"]
    assert events(office)[-2:] == [("report_read", KX7D), ("additions_read", KX7D)]


def test_an_agency_without_details_reads_no_words_that_were_added(office: Office) -> None:
    office.receive(make_report())

    add_to(office, {"police": ConsentLevel.WITHOUT_DETAILS})
    page = text_of(office.worker("Kim", "police").get(PAGE))

    assert "Added on 23 November 2026" in page
    assert [word in page for word in (ADDED, "Added on 23 November 2026 at")] == [False, False]


def test_an_addition_for_another_agency_is_not_there(office: Office) -> None:
    office.receive(make_report())

    add_to(office, {"case_group": ConsentLevel.WITH_DETAILS})

    assert "Added on" not in text_of(office.worker("Kim", "police").get(PAGE))


def test_feedback_stands_under_a_heading_of_its_own(office: Office) -> None:
    office.receive(make_report())

    add_to(office, {"case_group": ConsentLevel.WITH_DETAILS}, form="feedback")
    page = text_of(office.worker().get(PAGE))

    assert "How it went, in the person's view" in page
    assert "What was added later" not in page


@pytest.mark.parametrize("length", [0, 20, -10], ids=["gone", "cut in its header", "cut at its end"])
def test_an_addition_that_is_damaged_leaves_the_rest_readable(office: Office, length: int) -> None:
    office.receive(make_report())
    add_to(office, {"case_group": ConsentLevel.WITH_DETAILS})
    with office.database.begin() as connection:
        (envelope,) = connection.execute(select(col(Addition.envelope))).scalars()
        connection.execute(update(Addition).values(envelope=envelope[:length] or b"?"))

    page = office.worker().get(PAGE)

    assert page.status_code == 200
    assert "Something that was added cannot be opened here" in text_of(page)
    assert STORY in text_of(page)
    assert ADDED not in text_of(page)


@pytest.mark.both_databases
def test_a_report_taken_back_lies_apart_and_cannot_be_read_any_more(office: Office) -> None:
    office.receive(make_report())
    worker = office.worker()

    take_back(office)
    page = worker.get(PAGE)
    worker.post(f"{PAGE}/acknowledge", on="/")

    assert references(worker.get("/").text) == references(worker.get("/acknowledged").text) == []
    assert references(worker.get("/withdrawn").text) == [KX7D]
    name = office.app.extensions["desk"].agency_name("case_group")
    assert (
        f"On 23 November 2026 the reporter took back their agreement to share this report with {name}."
        " It can no longer be opened." in text_of(page)
    )
    assert "Muslima" not in page.text
    assert events(office) == [("joined", None)]


def test_a_report_erased_a_moment_ago_says_so_before_the_withdrawal_is_delivered(office: Office) -> None:
    office.receive(make_report())
    with office.database.begin() as connection:
        erase(connection, KX7D, NOW)

    page = office.worker().get(PAGE)

    assert page.status_code == 200
    assert "The reporter took back their agreement" in text_of(page)


@pytest.mark.both_databases
def test_a_question_is_put_for_the_reporter_alone_and_shown_to_who_asked(office: Office) -> None:
    office.receive(make_report())
    worker = office.worker()

    asked = worker.post(f"{PAGE}/ask", on=PAGE, question="  Which\nday was it? ")
    before = text_of(worker.get(PAGE))
    with office.database.begin() as connection:
        (question,) = open_questions(connection, KX7D)
        answered(connection, question.id, NOW)
    after = text_of(worker.get(PAGE))

    assert (asked.status_code, asked.location) == (303, PAGE)
    assert open_question(question.sealed, CODE_KEY, KX7D, question.id) == "Which day was it?"
    assert "Asked on 23 November 2026 at 09:30 by Sam Carter No answer yet Which day was it?" in before
    assert "Answered on 23 November 2026 at 09:30 Which day was it?" in after
    assert ("question_asked", KX7D) in events(office)


def test_no_question_is_put_once_the_report_is_taken_back(office: Office) -> None:
    """Even before the desk has been told."""
    office.receive(make_report())
    with office.database.begin() as connection:
        withdraw(connection, KX7D, ("case_group",), NOW)

    answer = office.worker().post(f"{PAGE}/ask", on="/", question="Which day was it?")

    assert (answer.status_code, waiting(office.database)) == (404, 0)


def test_another_agency_does_not_read_what_was_asked(office: Office) -> None:
    office.receive(make_report())
    office.worker().post(f"{PAGE}/ask", on=PAGE, question="Which day was it?")

    assert "Which day" not in office.worker("Kim", "police").get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [(" \n ", "Type a question"), ("a" * 301, "The question is longer than 300 characters")],
)
def test_a_question_that_cannot_be_put_is_kept_on_the_page(
    small_office: Office, typed: str, says: str
) -> None:
    small_office.receive(make_report())

    page = small_office.worker().post(f"{PAGE}/ask", on=PAGE, question=typed)

    assert page.status_code == 422
    assert f"Error: {says}" in text_of(page)
    assert f">{typed}</textarea>" in page.text
    assert waiting(small_office.database) == 0


def test_a_report_made_before_there_were_questions_says_so(small_office: Office) -> None:
    small_office.receive(make_report())
    with small_office.database.begin() as connection:
        connection.execute(update(SealedReport).values(reporter_key=None))
    worker = small_office.worker()

    page = worker.get(PAGE)
    forced = worker.post(f"{PAGE}/ask", on="/", question="Which day was it?")

    assert "made before reporters could be asked" in text_of(page)
    assert (forced.status_code, waiting(small_office.database)) == (422, 0)


@pytest.mark.both_databases
def test_the_coordinating_agency_closes_a_report_with_a_reason_and_may_reopen_it(office: Office) -> None:
    worker = office.worker()
    acknowledged(office, worker)

    worker.post(f"{PAGE}/close", on=PAGE, reason="support_given")
    closed, page = stands(office), text_of(worker.get(PAGE))
    worker.post(f"{PAGE}/reopen", on=PAGE)
    reopened = stands(office)

    assert (closed.status, closed.closed_at, closed.closed_reason) == (
        ReportStatus.CLOSED,
        NOW,
        ClosedReason.SUPPORT_GIVEN,
    )
    assert "This report was closed on 23 November 2026 at 09:30. Advice and support were given." in page
    assert "who takes this report on" not in page
    assert (reopened.status, reopened.closed_at, reopened.closed_reason) == (
        ReportStatus.ACKNOWLEDGED,
        None,
        None,
    )
    assert [action for action, _ in events(office) if "close" in action or "open" in action] == [
        "report_closed",
        "report_reopened",
    ]


def test_nobody_closes_what_nobody_acknowledged_or_for_a_reason_there_is_not(office: Office) -> None:
    worker = office.worker()
    office.receive(make_report())

    unread = worker.post(f"{PAGE}/close", on="/", reason="action_taken")
    worker.post(f"{PAGE}/acknowledge", on=PAGE)
    made_up = worker.post(f"{PAGE}/close", on=PAGE, reason="bored")

    assert (unread.status_code, made_up.status_code) == (303, 303)
    assert stands(office).status is ReportStatus.ACKNOWLEDGED


def test_another_agency_neither_closes_nor_reopens(office: Office) -> None:
    office.receive(make_report())
    kim = office.worker("Kim", "police")
    kim.post(f"{PAGE}/acknowledge", on=PAGE)

    answers = [kim.post(f"{PAGE}/{deed}", on=PAGE, reason="action_taken") for deed in ("close", "reopen")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert stands(office).status is ReportStatus.ACKNOWLEDGED
    assert "Close this report" not in text_of(kim.get(PAGE))


def test_acknowledging_a_closed_report_leaves_it_closed(office: Office) -> None:
    worker = office.worker()
    acknowledged(office, worker)
    worker.post(f"{PAGE}/close", on=PAGE, reason="action_taken")

    office.worker("Kim", "police").post(f"{PAGE}/acknowledge", on="/")

    assert stands(office).status is ReportStatus.CLOSED


def test_a_closed_report_can_still_be_taken_back(office: Office) -> None:
    worker = office.worker()
    acknowledged(office, worker)
    worker.post(f"{PAGE}/close", on=PAGE, reason="action_taken")
    with office.database.begin() as connection:
        erase(connection, KX7D, NOW)

    worker.post(f"{PAGE}/reopen", on="/")

    assert stands(office).status is ReportStatus.WITHDRAWN


def test_the_case_group_reads_what_else_was_allowed(small_office: Office) -> None:
    wording = "May we count it?"
    permission = Permission(
        purpose="statistics",
        given=True,
        wording=wording,
        wording_hash=wording_hash(wording),
        language="en",
        given_by=Involvement.VICTIM,
        at=NOW,
    )
    consents = (make_consent("case_group"), make_consent("police"))
    small_office.receive(make_report(permissions=(permission,), consents=consents))

    group = text_of(small_office.worker().get(PAGE))
    police = text_of(small_office.worker("Kim", "police").get(PAGE))

    assert "What else they were asked Statistics Yes May we count it?" in group
    assert "May we count it?" not in police


HEADS = "Question What was understood In their own words, in German"


def acknowledged(office: Office, worker: Worker) -> None:
    office.receive(make_report())
    worker.post(f"{PAGE}/acknowledge", on=PAGE)


def add_to(office: Office, levels: dict[str, ConsentLevel], form: str = "report") -> None:
    """Add to the report and deliver it, with all that was due before."""
    area = office.app.extensions["desk"].area
    addition = make_addition(form=form)
    seen = addition_views(addition, levels, area)
    envelope = seal(addition, seen, read_recipients(office.settings, area).keys, None)
    with office.database.begin() as connection:
        assert add(connection, addition, seen, envelope, area, office.clock())
    deliver(office)


def take_back(office: Office) -> None:
    deliver(office)
    with office.database.begin() as connection:
        withdraw(connection, KX7D, ("case_group",), office.clock())
    deliver(office)


def deliver(office: Office) -> None:
    desk = office.app.extensions["desk"]
    courier = Courier(office.database, {"desk": Desk(office.database)}, desk.read_keys, office.clock)
    while courier.deliver_due(limit=10):
        pass


def stands(office: Office) -> Standing:
    found = office.database.look(lambda line: standing_of_reference(line, KX7D))
    assert found is not None
    return found


def waiting(database: Database) -> int:
    with database.read() as connection:
        assert connection.execute(select(col(SealedReport.reference))).scalar_one() == KX7D
        return len(open_questions(connection, KX7D))
