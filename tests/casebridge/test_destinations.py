"""Every destination: sending twice is as good as once."""

import json
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
from casebridge.report import Report
from casebridge.routing import view_for
from casebridge.schema import report_schema
from casebridge.wholefile import write_once
from tests.casebridge.reports import AREA, NOW, make_report, queue


def make_parcel(agency: Agency = AREA.agencies[1], delivery_id: str = "5f0c7d52-1111") -> Parcel:
    view = view_for(make_report(), agency)
    assert view is not None
    return Parcel(delivery_id, view.reference, agency.id, NOW, view)


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


def test_a_desk_has_one_case_however_often_it_is_sent(database: Database) -> None:
    queue(database)

    for _ in range(2):
        Desk(database).send(make_parcel())
    Desk(database).send(make_parcel(AREA.agencies[0]))

    with database.read() as connection:
        cases = connection.execute(select(CASE.c.agency, CASE.c.received_at).order_by(CASE.c.agency)).all()
    assert [tuple(case) for case in cases] == [("case_group", NOW), ("police", NOW)]


def test_a_destination_nobody_knows_is_named() -> None:
    agencies = (Agency(id="police", name="Police", destinations=("desk", "pigeon", "fax")),)

    assert unknown_destinations(AREA.model_copy(update={"agencies": agencies})) == ("fax", "pigeon")
    assert unknown_destinations(AREA) == ()
    assert DESTINATIONS.keys() == {"desk", "folder"}


def _everything_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
