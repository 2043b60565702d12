"""Every destination: sending twice is as good as once."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import select

from casebridge.area import Agency
from casebridge.database import Database
from casebridge.destinations import DESTINATIONS, DeliveryError, Parcel, unknown_destinations
from casebridge.destinations.desk import Desk
from casebridge.destinations.folder import Folder
from casebridge.outbox import CASE
from casebridge.report import Pace, Report
from casebridge.routing import view_for
from casebridge.schema import report_schema
from casebridge.tables import What
from casebridge.wholefile import write_once
from tests.casebridge.reports import AREA, NOW, make_report, queue


def make_parcel(agency: Agency = AREA.agencies[1], delivery_id: str = "5f0c7d52-1111") -> Parcel:
    view = view_for(make_report(), agency)
    assert view is not None
    return Parcel(delivery_id, view.reference, agency.id, NOW, NOW, What.REPORT, view)


def test_a_folder_holds_the_report_as_one_file(tmp_path: Path) -> None:
    parcel = make_parcel()

    Folder(tmp_path / "handed-over").send(parcel)

    file = tmp_path / "handed-over" / "police" / "KX7D-4MQP-5f0c7d52.json"
    assert _everything_in(tmp_path) == [file]
    assert Report.model_validate_json(file.read_bytes()) == parcel.report


def test_a_file_handed_over_is_valid_against_the_published_schema(tmp_path: Path) -> None:
    for agency in AREA.agencies[:2]:
        Folder(tmp_path).send(make_parcel(agency))

    for file in _everything_in(tmp_path):
        jsonschema.Draft202012Validator(report_schema()).validate(json.loads(file.read_bytes()))


def test_sending_the_same_parcel_twice_leaves_one_untouched_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.send(make_parcel())
    (file,) = _everything_in(tmp_path)
    before = file.stat()

    folder.send(make_parcel())

    assert _everything_in(tmp_path) == [file]
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_a_killed_worker_left_half_written_goes_with_the_next_sending(tmp_path: Path) -> None:
    (tmp_path / "police").mkdir()
    (tmp_path / "police" / ".KX7D-4MQP-5f0c7d52.json.abc.part").write_bytes(b'{"half')

    Folder(tmp_path).send(make_parcel())

    assert [file.name for file in _everything_in(tmp_path)] == ["KX7D-4MQP-5f0c7d52.json"]


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "police").write_text("a file stands where the folder should be")

    with pytest.raises(DeliveryError) as raised:
        Folder(tmp_path).send(make_parcel())

    assert not raised.value.permanent


def test_a_whole_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"

    assert write_once(path, b"first")
    assert not write_once(path, b"second")
    assert path.read_bytes() == b"first"


@pytest.mark.both_databases
def test_a_desk_has_one_case_however_often_it_is_sent(database: Database) -> None:
    queue(database)

    for _ in range(2):
        Desk(database).send(make_parcel())
    Desk(database).send(make_parcel(AREA.agencies[0]))

    with database.read() as connection:
        cases = connection.execute(select(CASE.c.agency, CASE.c.received_at).order_by(CASE.c.agency)).all()
    assert [tuple(case) for case in cases] == [("case_group", NOW), ("police", NOW)]


def make_withdrawal(agency: str = "police", delivery_id: str = "77aa88bb-2222") -> Parcel:
    later = NOW + timedelta(days=1)
    return Parcel(delivery_id, "KX7D-4MQP", agency, later, later, What.WITHDRAWAL, None)


def test_an_addition_lies_beside_its_report(tmp_path: Path) -> None:
    addition = replace(make_parcel(delivery_id="9e1b0c44-3333"), what=What.ADDITION)

    for parcel in (make_parcel(), addition, addition):
        Folder(tmp_path).send(parcel)

    assert [file.name for file in _everything_in(tmp_path)] == [
        "KX7D-4MQP-5f0c7d52.json",
        "KX7D-4MQP-addition-9e1b0c44.json",
    ]


def test_a_withdrawal_removes_what_still_lies_there_and_says_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    other = replace(make_parcel(delivery_id="33333333-4444"), reference="CDFH-2347")
    for parcel in (make_parcel(), other, make_parcel(AREA.agencies[0])):
        folder.send(parcel)
    (tmp_path / "police" / ".KX7D-4MQP-5f0c7d52.json.abc.part").write_bytes(b'{"half')

    for _ in range(2):
        folder.send(make_withdrawal())

    assert [str(file.relative_to(tmp_path)) for file in _everything_in(tmp_path)] == [
        "case_group/KX7D-4MQP-5f0c7d52.json",
        "police/CDFH-2347-33333333.json",
        "police/KX7D-4MQP-withdrawn-77aa88bb.json",
    ]
    notice = tmp_path / "police" / "KX7D-4MQP-withdrawn-77aa88bb.json"
    assert json.loads(notice.read_bytes()) == {
        "reference": "KX7D-4MQP",
        "agency": "police",
        "withdrawn_on": "2026-11-23",
    }


def test_a_report_given_again_takes_the_word_of_its_withdrawal_away(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.send(make_withdrawal())

    folder.send(make_parcel(delivery_id="a1a1a1a1-5555"))

    assert [file.name for file in _everything_in(tmp_path)] == ["KX7D-4MQP-a1a1a1a1.json"]


def test_word_of_an_addition_waits_for_a_case(database: Database) -> None:
    queue(database)

    with pytest.raises(DeliveryError) as raised:
        Desk(database).send(replace(make_parcel(), what=What.ADDITION))

    assert (raised.value.kind, raised.value.permanent) == ("no-case", False)


def test_a_desk_that_never_had_the_report_learns_nothing_from_its_withdrawal(database: Database) -> None:
    queue(database)

    Desk(database).send(make_withdrawal())

    with database.read() as connection:
        assert connection.execute(select(CASE)).all() == []


@pytest.mark.both_databases
def test_a_case_taken_back_stays_so_when_the_first_parcel_comes_once_more(database: Database) -> None:
    queue(database)
    for parcel in (make_parcel(), make_withdrawal(), make_parcel()):
        Desk(database).send(parcel)

    with database.read() as connection:
        (withdrawn_at,) = connection.execute(select(CASE.c.withdrawn_at)).scalars()
    assert withdrawn_at == NOW + timedelta(days=1)


def test_a_destination_nobody_knows_is_named() -> None:
    agencies = (Agency(id="police", name="Police", destinations=("desk", "pigeon", "fax")),)

    assert unknown_destinations(AREA.model_copy(update={"agencies": agencies})) == ("fax", "pigeon")
    assert unknown_destinations(AREA) == ()
    assert DESTINATIONS.keys() >= {"desk", "folder"}


def test_the_desk_of_the_case_group_alone_says_that_a_report_was_sent_unusually_fast(
    database: Database,
) -> None:
    report = queue(database, make_report(pace=(Pace.ADDRESS,)))

    for agency in AREA.agencies[:2]:
        Desk(database).send(replace(make_parcel(agency), report=view_for(report, agency)))

    with database.read() as connection:
        hurried = connection.execute(select(CASE.c.agency, CASE.c.hurried)).all()
    assert {*map(tuple, hurried)} == {("case_group", True), ("police", False)}


@pytest.mark.both_databases
def test_what_is_added_unusually_fast_marks_a_case_that_was_not_marked(database: Database) -> None:
    report, coordinator = queue(database), AREA.agencies[0]
    parcel = replace(make_parcel(coordinator), report=report)
    Desk(database).send(parcel)
    for pace in ((Pace.CONVERSATION,), ()):
        added = report.model_copy(update={"pace": pace})
        Desk(database).send(replace(parcel, what=What.ADDITION, report=added))

    with database.read() as connection:
        assert connection.execute(select(CASE.c.hurried)).scalar_one() is True


def _everything_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
