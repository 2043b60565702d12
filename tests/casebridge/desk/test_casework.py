"""The queue, one report, acknowledging: what a case worker sees and does."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casebridge.desk.tables import DeskEvent
from casebridge.keyring import rotate
from casebridge.report import (
    Answer,
    AnswerState,
    Consent,
    ConsentLevel,
    Holds,
    Involvement,
    Report,
    Urgency,
    wording_hash,
)
from casebridge.tables import ReportStatus, SealedReport
from tests.casebridge.desk.people import NOW, Office, text_of
from tests.casebridge.reports import make_consent, make_report

pytestmark = pytest.mark.both_databases

CANARY = "kanarek-7341"
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> \u202egnp.exe'


def answer(name: str, holds: Holds, **changes: object) -> Answer:
    return Answer.model_validate(
        {"name": name, "holds": holds, "state": AnswerState.ANSWERED, "language": "en"} | changes
    )


def events(office: Office) -> list[tuple[str, str | None]]:
    with office.database.read() as connection:
        rows = connection.execute(
            select(col(DeskEvent.action), col(DeskEvent.reference)).order_by(col(DeskEvent.id))
        ).all()
    return [(row.action, row.reference) for row in rows]


def status(office: Office, reference: str) -> str:
    with office.database.read() as connection:
        found = select(col(SealedReport.status)).where(col(SealedReport.reference) == reference)
        return connection.execute(found).scalar_one()


def references(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('href="/reports/')[1:]]


def test_an_empty_queue_says_what_will_appear(small_office: Office) -> None:
    page = text_of(small_office.worker().get("/"))

    assert "No new reports" in page
    assert "A report appears here as soon as a person has sent it" in page


def test_reports_come_by_their_band_then_those_that_waited_longest(office: Office) -> None:
    office.clock.move(hours=-9)
    for reference, urgency in (
        ("AAAA-0001", Urgency.STANDARD),
        ("AAAA-0002", Urgency.URGENT),
        ("AAAA-0003", Urgency.ROUTINE),
        ("AAAA-0004", Urgency.MEDIUM),
        ("AAAA-0005", Urgency.HIGH),
        ("AAAA-0006", Urgency.STANDARD),
        ("AAAA-0007", Urgency.URGENT),
        ("AAAA-0008", Urgency.HIGH),
    ):
        office.clock.move(hours=1)
        office.receive(make_report(reference=reference, urgency=urgency))
    office.clock.move(hours=1)

    page = office.worker().get("/")

    order = [reference[-1] for reference in references(page.text)]
    assert order == ["2", "7", "5", "8", "4", "1", "3", "6"]
    assert "AAAA-0002 Urgent 22 November 2026 German 7 hours" in text_of(page)
    assert "AAAA-0005 High 22 November 2026 German 4 hours" in text_of(page)
    assert "AAAA-0003 Routine 22 November 2026 German 6 hours" in text_of(page)


def test_the_case_group_reads_why_a_report_stands_where_it_does_and_that_a_person_decides(
    office: Office,
) -> None:
    office.receive(make_report(urgency=Urgency.HIGH, reasons=("at_home", "happened_daily", "gone_since")))

    page = text_of(office.worker().get("/reports/KX7D-4MQP"))

    assert (
        "Automatic band: High The machine chose it from what was answered. It can be wrong,"
        " and it only orders the queue. A person sets the level."
        " What counted: At home Every day or almost Gone since What was reported" in page
    )


def test_another_agency_reads_no_band_and_no_reason(office: Office) -> None:
    office.receive(make_report(reasons=("domestic",), consents=(make_consent("police"),)))

    page = text_of(office.worker("Kim", "police").get("/reports/KX7D-4MQP"))

    assert ["Automatic band" in page, "partner did it" in page] == [False, False]


@pytest.mark.parametrize(
    ("urgency", "says"),
    [
        (Urgency.STANDARD, "Nothing that was answered counted."),
        (Urgency.ROUTINE, "This report was made before reasons were kept."),
        (Urgency.URGENT, "This report was made before reasons were kept."),
    ],
)
def test_a_report_without_reasons_says_why_there_are_none(
    small_office: Office, urgency: Urgency, says: str
) -> None:
    small_office.receive(make_report(urgency=urgency))

    assert says in text_of(small_office.worker().get("/reports/KX7D-4MQP"))


def test_an_acknowledged_report_moves_to_its_own_list(office: Office) -> None:
    worker = office.worker()
    office.receive(make_report(reference="AAAA-0001"))
    office.receive(make_report(reference="AAAA-0002"))

    worker.post("/reports/AAAA-0001/acknowledge", on="/reports/AAAA-0001")

    assert references(worker.get("/").text) == ["AAAA-0002"]
    assert references(worker.get("/acknowledged").text) == ["AAAA-0001"]
    assert "23 November 2026 at 09:30 by Sam Carter" in text_of(worker.get("/acknowledged"))


def test_a_long_queue_has_pages(small_office: Office) -> None:
    worker = small_office.worker()
    for number in range(51):
        small_office.receive(make_report(reference=f"AAAA-{number:04}"))

    first, second = worker.get("/"), worker.get("/?page=2")

    assert (len(references(first.text)), references(second.text)) == (50, ["AAAA-0050"])
    assert "Page 1 of 2 Next page" in text_of(first)


@pytest.mark.parametrize("page", ["0", "-3", "x", "99999999999999999999", "7"])
def test_a_page_that_does_not_exist_breaks_nothing(small_office: Office, page: str) -> None:
    assert small_office.worker().get(f"/?page={page}").status_code == 200


def test_a_report_shows_what_was_understood_beside_what_was_said(office: Office) -> None:
    worker = office.worker()
    office.receive(make_report())

    page = worker.get("/reports/KX7D-4MQP")

    assert "Strands Race Religion In their own words, in German weil ich Muslima bin" in text_of(page)
    assert "When Saturday 21 November 2026" in text_of(page)
    assert '<blockquote dir="auto" lang="de">weil ich Muslima bin</blockquote>' in page.text
    assert "Who is speaking The person it happened to" in text_of(page)
    assert page.headers["Refresh"] == "1800; url=/put-away"


def test_reasons_for_no_answer_stay_distinct(small_office: Office) -> None:
    states = {
        "one": AnswerState.SKIPPED,
        "two": AnswerState.REFUSED,
        "three": AnswerState.DONT_KNOW,
        "four": AnswerState.NOT_ASKED,
    }
    answers = tuple(answer(name, Holds.CODE, state=state) for name, state in states.items())
    small_office.receive(make_report(answers=answers))

    page = text_of(small_office.worker().get("/reports/KX7D-4MQP"))

    assert "One Skipped this question Two Preferred not to say Three Does not know" in page
    assert "Not asked, because of other answers or because nothing more was told: Four." in page


def test_a_consent_shows_the_very_words_and_who_when_and_in_which_language(office: Office) -> None:
    wording = "Czy możemy przekazać to zgłoszenie?\nTak, ze szczegółami – „tak” znaczy tak."
    given = Consent(
        agency="case_group",
        level=ConsentLevel.WITH_DETAILS,
        wording=wording,
        wording_hash=wording_hash(wording),
        language="pl",
        given_by=Involvement.SUPPORTER,
        at=NOW,
    )
    office.receive(make_report(consents=(given, make_consent("police", ConsentLevel.NO))))

    page = office.worker().get("/reports/KX7D-4MQP")

    assert f'<blockquote dir="auto" lang="pl">{wording}</blockquote>' in page.text
    assert "Case group Yes, with details" in text_of(page)
    assert "Cleveland Police No" in text_of(page)
    assert (
        "Shown in Polish. Answered on 23 November 2026 at 09:30 by: someone reporting for another person."
        in text_of(page)
    )
    assert wording_hash(wording) in page.text


def test_words_that_do_not_match_their_fingerprint_are_called_out(small_office: Office) -> None:
    forged = make_consent("case_group").model_copy(update={"wording": "May we share everything?"})
    small_office.receive(make_report(consents=(forged,)))

    page = text_of(small_office.worker().get("/reports/KX7D-4MQP"))

    assert "These words do not match their fingerprint." in page


def test_hostile_text_is_shown_and_does_nothing(small_office: Office) -> None:
    answers = (
        answer("story", Holds.WORDS, value=HOSTILE, said=HOSTILE),
        answer(HOSTILE, Holds.CODE, value=HOSTILE, said=HOSTILE, language=HOSTILE),
        answer("where", Holds.PLACE, value={"kind": HOSTILE, HOSTILE: HOSTILE}),
    )
    consent = make_consent("case_group").model_copy(
        update={"wording": HOSTILE, "wording_hash": HOSTILE, "language": HOSTILE}
    )
    small_office.receive(make_report(answers=answers, consents=(consent,), language="en", channel=HOSTILE))

    page = small_office.worker().get("/reports/KX7D-4MQP").text

    assert page.count("&lt;script&gt;alert") >= 5
    assert ["<script" in page, "<img" in page, "\u202e" in page] == [False, False, False]


def test_an_agency_without_details_sees_none(office: Office) -> None:
    office.receive(make_report())

    page = text_of(office.worker("Kim", "police").get("/reports/KX7D-4MQP"))

    assert "Shared with you without details." in page
    assert "When November 2026" in page
    assert [word in page for word in ("Muslima", "Yarm", "07700", "Getting in touch", "21:04")] == [False] * 5


def test_a_case_of_another_agency_does_not_exist(office: Office) -> None:
    office.receive(make_report(consents=(make_consent("police"),)))
    worker = office.worker()

    theirs, nobodys = worker.get("/reports/KX7D-4MQP"), worker.get("/reports/ZZZZ-9999")
    taken = worker.post("/reports/KX7D-4MQP/acknowledge", on="/")

    assert (theirs.status_code, taken.status_code) == (404, 404)
    assert text_of(theirs) == text_of(nobodys)
    assert references(worker.get("/").text) == []
    assert status(office, "KX7D-4MQP") == ReportStatus.RECEIVED
    assert events(office) == [("joined", None)]


def test_acknowledging_tells_the_reporter_and_is_recorded_once(office: Office) -> None:
    office.receive(make_report())
    worker = office.worker()

    answers = [worker.post("/reports/KX7D-4MQP/acknowledge", on="/") for _ in range(2)]
    page = text_of(worker.get("/reports/KX7D-4MQP"))

    assert [(a.status_code, a.location) for a in answers] == [(303, "/reports/KX7D-4MQP")] * 2
    assert status(office, "KX7D-4MQP") == ReportStatus.ACKNOWLEDGED
    assert "Sam Carter acknowledged this report on 23 November 2026 at 09:30." in page
    assert events(office) == [
        ("joined", None),
        ("report_acknowledged", "KX7D-4MQP"),
        ("report_read", "KX7D-4MQP"),
    ]


def test_one_agency_acknowledges_for_itself_only(office: Office) -> None:
    office.receive(make_report())
    office.worker("Kim", "police").post("/reports/KX7D-4MQP/acknowledge", on="/")

    assert references(office.worker().get("/").text) == ["KX7D-4MQP"]


def test_a_report_for_a_key_that_is_not_here_is_said_not_to_be_lost(small_office: Office) -> None:
    small_office.receive(make_report())
    for key in (small_office.settings.private_keys / "agencies" / "case_group").glob("*.pem"):
        key.unlink()

    page = small_office.worker().get("/reports/KX7D-4MQP")

    assert page.status_code == 503
    assert "It is not lost" in text_of(page)


def test_a_new_key_needs_no_restart(small_office: Office) -> None:
    worker = small_office.worker()
    rotate(small_office.settings, "case_group")
    small_office.receive(make_report())

    assert worker.get("/reports/KX7D-4MQP").status_code == 200


def test_what_was_read_is_written_nowhere(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.receive(canary_report())
    worker = office.worker()

    page = worker.get("/reports/KX7D-4MQP")
    worker.post("/reports/KX7D-4MQP/acknowledge", on="/reports/KX7D-4MQP")

    assert page.text.count(CANARY) >= 3
    assert CANARY not in rows(office)
    assert [
        file.name for file in tmp_path.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()
    ] == []
    assert CANARY not in "".join(capsys.readouterr())


def canary_report() -> Report:
    return make_report(
        answers=(
            answer("story", Holds.WORDS, value=CANARY, said=CANARY),
            answer("contact", Holds.CONTACT, value={"phone": CANARY}, said=CANARY),
        )
    )


def rows(office: Office) -> str:
    with office.database.read() as connection:
        tables = SQLModel.metadata.sorted_tables
        return "".join(repr(connection.execute(table.select()).all()) for table in tables)
