"""A client makes a report their own: a code nobody else has seen opens it, and the one that was seen dies."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from casebridge import photos
from casebridge.asking import open_question, reporter_key, seal_question
from casebridge.database import Database
from casebridge.outbox import ADDITION, REPORT
from casebridge.owncode import own_code
from casebridge.questions import QUESTION, Asked, answered, ask
from casebridge.report import ConsentLevel, Involvement
from casebridge.returncode import CodeKeys
from casebridge.returning import add, erase, withdraw
from casebridge.routing import addition_views
from casebridge.sealedphoto import SealedPhoto, open_original, open_photo, open_photo_with_code, seal_photo
from casebridge.sealing import NotEntitled, Tampered, open_sealed, open_with_code, seal
from casebridge.standing import Standing, standing
from casebridge.tables import ReportPhoto
from tests.casebridge.reports import (
    ADDED,
    AREA,
    CODE_KEY,
    NOW,
    PRIVATE,
    RECIPIENTS,
    STORY,
    make_addition,
    make_report,
    queue,
)

pytestmark = pytest.mark.both_databases

KX7D = "KX7D-4MQP"
JPEG = b"\xff\xd8\xff the picture"
SEEN = CodeKeys(id=KX7D.encode(), key=CODE_KEY)  # as `queue` stores it
OWN = CodeKeys(id=b"own", key=bytes(range(1, 33)))


@pytest.mark.parametrize(
    ("involvement", "shared"),
    [(Involvement.SUPPORTER, True), (Involvement.VICTIM, False), (Involvement.WITNESS, False)],
)
def test_only_who_reports_for_another_shares_their_code(
    database: Database, involvement: Involvement, *, shared: bool
) -> None:
    queue(database, make_report(involvement=involvement))

    assert found_by(database, SEEN).code_shared is shared


def test_the_old_code_finds_and_opens_nothing_afterwards(database: Database) -> None:
    make_all(database)

    assert change(database, SEEN, OWN)

    with database.read() as connection:
        assert standing(connection, code_id=SEEN.id) is None
    for opens in everything(database):
        with pytest.raises((NotEntitled, Tampered)):
            opens(SEEN.key)


def test_the_new_code_opens_the_report_its_pictures_its_questions_and_what_was_added(
    database: Database,
) -> None:
    make_all(database)
    before = [opens(SEEN.key) for opens in everything(database)]

    change(database, SEEN, OWN)

    told = found_by(database, OWN)
    assert (told.reference, told.code_shared, told.questions) == (KX7D, False, 1)
    after = [opens(OWN.key) for opens in everything(database)]
    assert after == before
    assert [str(each) for each in after[1:4]] == [str(JPEG), "Which day was it?", "Was it dark?"]
    assert (after[0].answers[3].said, after[4].answers[1].said) == (STORY, ADDED)


def test_what_is_asked_afterwards_is_for_the_new_code(database: Database) -> None:
    make_all(database)
    change(database, SEEN, OWN)

    with database.read() as connection:
        public = connection.execute(select(REPORT.c.reporter_key)).scalar_one()

    assert open_question(seal_question("Where?", public, KX7D, "3"), OWN.key, KX7D, "3") == "Where?"


def test_nothing_changes_for_the_agencies(database: Database) -> None:
    make_all(database)
    before = agencies_read(database)

    change(database, SEEN, OWN)

    assert agencies_read(database) == before


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(lambda connection: erase(connection, KX7D, NOW), id="erased"),
        pytest.param(lambda connection: withdraw(connection, KX7D, ("police",), NOW), id="taken back"),
        pytest.param(
            lambda connection: connection.execute(update(REPORT).values(code_id=b"another")),
            id="another code",
        ),
    ],
)
def test_whoever_comes_second_changes_nothing(database: Database, meanwhile: Callable[[Any], object]) -> None:
    make_all(database)
    envelope = envelope_now(database)
    with database.begin() as connection:
        meanwhile(connection)
    before = stored(database)

    with database.begin() as connection:
        changed = own_code(connection, KX7D, SEEN, OWN, envelope)

    assert (changed, stored(database)) == (False, before)


def test_an_erased_report_keeps_its_code_and_asks_for_no_other(database: Database) -> None:
    make_all(database)
    with database.begin() as connection:
        erase(connection, KX7D, NOW)

    with database.begin() as connection:
        changed = own_code(connection, KX7D, SEEN, OWN, b"")

    assert (changed, found_by(database, SEEN).code_shared) == (False, False)


def test_of_two_at_once_one_wins_and_its_code_opens_everything(database: Database) -> None:
    make_all(database)
    envelope = envelope_now(database)
    codes = [CodeKeys(id=bytes([number]) * 32, key=bytes([number]) * 32) for number in range(4)]
    start = Barrier(len(codes))
    won: list[CodeKeys] = []

    def race(code: CodeKeys) -> None:
        start.wait()
        with database.begin() as connection:
            if own_code(connection, KX7D, SEEN, code, envelope):
                won.append(code)

    racers = [Thread(target=race, args=(code,)) for code in codes]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    (winner,) = won
    assert found_by(database, winner).reference == KX7D
    assert [len(str(opens(winner.key))) > 0 for opens in everything(database)] == [True] * 5


def test_a_damaged_picture_or_question_keeps_nobody_from_the_rest(database: Database) -> None:
    make_all(database)
    with database.begin() as connection:
        connection.execute(update(QUESTION).where(QUESTION.c.id == "1").values(sealed=b"damaged"))
        photos.submit(connection, KX7D, [SealedPhoto(2, b"damaged", has_original=False)])

    assert change(database, SEEN, OWN)

    assert open_with_code(envelope_now(database), OWN.key).reference == KX7D


def make_all(database: Database) -> None:
    """A report made for a client: with a picture, two questions, and something added with the code."""
    report = queue(database, make_report(involvement=Involvement.SUPPORTER))
    addition = make_addition()
    seen = addition_views(addition, {"case_group": ConsentLevel.WITH_DETAILS}, AREA)
    picture = seal_photo(JPEG, JPEG, KX7D, 1, [RECIPIENTS["case_group"]], CODE_KEY)
    with database.begin() as connection:
        assert add(connection, addition, seen, seal(addition, seen, RECIPIENTS, CODE_KEY), AREA, NOW)
        photos.submit(connection, report.reference, [picture])
        for number, text in enumerate(("Which day was it?", "Was it dark?"), 1):
            sealed = seal_question(text, reporter_key(CODE_KEY), KX7D, str(number))
            asked = Asked(str(number), b"copy", "0001-x", NOW + timedelta(minutes=number), "sam", None)
            ask(connection, KX7D, "police", sealed, asked)
        answered(connection, "2", NOW)


def change(database: Database, before: CodeKeys, after: CodeKeys) -> bool:
    envelope = envelope_now(database)
    with database.begin() as connection:
        return own_code(connection, KX7D, before, after, envelope)


def everything(database: Database) -> list[Callable[[bytes], Any]]:
    """Return what opens each thing a return code opens: report, picture, two questions, addition."""
    with database.read() as connection:
        added = connection.execute(select(ADDITION.c.envelope)).scalar_one()
        picture = photos.stored(connection, KX7D, 1)
        asked = connection.execute(select(QUESTION.c.id, QUESTION.c.sealed).order_by(QUESTION.c.id)).all()
    report = envelope_now(database)
    assert picture is not None
    return [
        lambda key: open_with_code(report, key),
        lambda key: open_photo_with_code(picture.envelope, key, KX7D, 1),
        lambda key: open_question(asked[0].sealed, key, KX7D, "1"),
        lambda key: open_question(asked[1].sealed, key, KX7D, "2"),
        lambda key: open_with_code(added, key),
    ]


def agencies_read(database: Database) -> list[object]:
    """Return all that agencies' keys open."""
    with database.read() as connection:
        report, added = (
            connection.execute(select(table.c.envelope)).scalar_one() for table in (REPORT, ADDITION)
        )
        picture = photos.stored(connection, KX7D, 1)
    assert picture is not None
    group = PRIVATE["case_group"]
    return [
        open_sealed(report, "case_group", group),
        open_sealed(report, "police", PRIVATE["police"]),
        open_sealed(added, "case_group", group),
        open_photo(picture.envelope, "case_group", group, KX7D, 1),
        open_original(picture.envelope, "case_group", group, KX7D, 1),
    ]


def found_by(database: Database, code: CodeKeys) -> Standing:
    found = database.look(lambda line: standing(line, code_id=code.id))
    assert found is not None
    return found


def envelope_now(database: Database) -> bytes:
    with database.read() as connection:
        return bytes(connection.execute(select(REPORT.c.envelope)).scalar_one())


def stored(database: Database) -> list[list[Any]]:
    with database.read() as connection:
        return [
            list(connection.execute(select(table)).all())
            for table in (REPORT, ADDITION, QUESTION, ReportPhoto)
        ]
