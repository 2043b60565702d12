"""The pictures of a case: who sees them, what comes with them, what is recorded."""

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casebridge.desk.tables import DeskEvent
from casebridge.photos import fill, lose
from casebridge.report import ConsentLevel
from casebridge.sealedphoto import without_agencies
from casebridge.tables import ReportPhoto
from tests.casebridge.desk.people import Office, text_of
from tests.casebridge.reports import make_consent, make_report
from tests.pictures import HTML, picture

PAGE = "/reports/KX7D-4MQP"
FACTS = make_report(
    consents=(make_consent("case_group"), make_consent("police", ConsentLevel.WITHOUT_DETAILS))
)


def events(office: Office) -> list[str]:
    with office.database.read() as connection:
        found = connection.execute(
            select(col(DeskEvent.action))
            .where(col(DeskEvent.reference).is_not(None))
            .order_by(col(DeskEvent.id))
        )
        return list(found.scalars())


@pytest.mark.both_databases
def test_a_case_shows_its_pictures_and_each_view_is_recorded(office: Office) -> None:
    office.receive(make_report(), picture(), picture(colour="blue"))
    worker = office.worker()

    page = worker.get(PAGE)
    shown = worker.get(f"{PAGE}/photos/2")

    assert 'alt="Photo 1 of 2, sent by the reporter"' in page.text
    assert f'src="{PAGE}/photos/2"' in page.text
    assert "as it was sent" not in text_of(page)
    assert shown.data == picture(colour="blue")
    assert events(office) == ["report_read", "photo_seen"]


def test_a_picture_comes_with_headers_that_let_it_be_nothing_else(small_office: Office) -> None:
    small_office.receive(make_report(), picture(), original=HTML)
    worker = small_office.worker()

    shown, sent = worker.get(f"{PAGE}/photos/1"), worker.get(f"{PAGE}/photos/1/original")

    assert (shown.mimetype, sent.mimetype) == ("image/jpeg", "application/octet-stream")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="KX7D-4MQP-1.bin"'
    for answer in (shown, sent):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_picture_as_it_was_sent_is_handed_over_and_recorded(office: Office) -> None:
    office.receive(make_report(), picture(), original=picture("PNG"))
    worker = office.worker()
    page = worker.get(PAGE)

    sent = worker.get(f"{PAGE}/photos/1/original")

    assert f'href="{PAGE}/photos/1/original"' in page.text
    assert sent.data == picture("PNG")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="KX7D-4MQP-1.png"'
    assert events(office) == ["report_read", "original_taken"]


def test_an_agency_with_only_the_facts_sees_that_there_are_none(office: Office) -> None:
    office.receive(FACTS, picture(), original=picture())
    worker = office.worker("Alex Smith", "police")

    page = worker.get(PAGE)

    assert "photo" not in page.text.lower()
    assert worker.get(f"{PAGE}/photos/1").status_code == 404
    assert worker.get(f"{PAGE}/photos/1/original").status_code == 404
    assert events(office) == ["report_read"]


def test_a_damaged_picture_leaves_the_case_and_the_others_to_be_seen(small_office: Office) -> None:
    small_office.receive(make_report(), picture(), picture(colour="blue"))
    with small_office.database.begin() as connection:
        connection.execute(update(ReportPhoto).where(col(ReportPhoto.number) == 1).values(envelope=b"?"))
    worker = small_office.worker()

    page = worker.get(PAGE)
    answers = [worker.get(f"{PAGE}/photos/{number}").status_code for number in (1, 2)]

    assert "Photo 1 of 2" not in page.text
    assert 'alt="Photo 2 of 2, sent by the reporter"' in page.text
    assert answers == [503, 200]


def test_an_agency_taken_out_since_sees_no_picture(small_office: Office) -> None:
    small_office.receive(make_report(), picture())
    with small_office.database.begin() as connection:
        (envelope,) = connection.execute(select(col(ReportPhoto.envelope))).scalars()
        connection.execute(update(ReportPhoto).values(envelope=without_agencies(envelope, {"case_group"})))
    worker = small_office.worker()

    assert "Photo 1" not in worker.get(PAGE).text
    assert worker.get(f"{PAGE}/photos/1").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{PAGE}/photos/2",
        f"{PAGE}/photos/0",
        f"{PAGE}/photos/99999999999999999999",
        f"{PAGE}/photos/-1",
        f"{PAGE}/photos/1/original",
        "/reports/KX7D-4MQR/photos/1",
    ],
)
def test_a_picture_that_is_not_there_is_not_found(office: Office, path: str) -> None:
    office.receive(make_report(), picture())

    assert office.worker().get(path).status_code == 404
    assert events(office) == []


@pytest.mark.both_databases
def test_a_picture_still_on_its_way_is_said_to_be_and_seen_once_it_has_come(office: Office) -> None:
    report = office.receive(make_report(), picture())
    key, worker = office.await_photo(report, 2), office.worker()

    before, refused = worker.get(PAGE), worker.get(f"{PAGE}/photos/2")
    with office.database.begin() as connection:
        fill(connection, report.reference, 2, key, picture(colour="blue"), picture("PNG"))
    after, shown = worker.get(PAGE), worker.get(f"{PAGE}/photos/2")

    assert "Photo 2 of 2. This picture is still on its way." in text_of(before)
    assert f'src="{PAGE}/photos/2"' not in before.text
    assert 'alt="Photo 1 of 2, sent by the reporter"' in before.text
    assert refused.status_code == 404
    assert "on its way" not in text_of(after)
    assert shown.data == picture(colour="blue")
    assert worker.get(f"{PAGE}/photos/2/original").data == picture("PNG")


def test_a_picture_that_never_came_is_said_to_be_lost(small_office: Office) -> None:
    report = small_office.receive(make_report())
    key, worker = small_office.await_photo(report, 1), small_office.worker()

    with small_office.database.begin() as connection:
        lose(connection, report.reference, 1)
        fill(connection, report.reference, 1, key, picture(), picture())  # of a messenger that came late

    assert "Photo 1 of 1. This picture could not be fetched." in text_of(worker.get(PAGE))
    assert worker.get(f"{PAGE}/photos/1").status_code == 404


def test_an_agency_that_may_not_have_a_picture_is_not_told_that_one_is_coming(office: Office) -> None:
    report = office.receive(FACTS)
    office.await_photo(report, 1)

    assert "picture" not in text_of(office.worker("Alex Smith", "police").get(PAGE)).lower()


def test_nobody_sees_a_picture_without_signing_in(small_office: Office) -> None:
    small_office.receive(make_report(), picture())

    assert small_office.stranger().get(f"{PAGE}/photos/1").status_code == 303


def test_a_report_without_pictures_does_not_speak_of_them(small_office: Office) -> None:
    small_office.receive(make_report())

    assert "Photos the reporter sent" not in small_office.worker().get(PAGE).text
