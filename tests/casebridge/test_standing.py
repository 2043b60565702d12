"""What the person who made a report is told of it, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from casebridge.database import Database
from casebridge.outbox import CASE, REPORT, claim, envelope_of
from casebridge.questions import Asked, answered, ask, open_questions
from casebridge.report import ConsentLevel
from casebridge.returning import add, erase, withdraw
from casebridge.routing import addition_views
from casebridge.standing import Standing, standing, standing_of_reference
from casebridge.tables import ClosedReason, ReportStatus
from tests.casebridge.reports import AREA, NOW, make_addition, queue, sealed_addition

pytestmark = pytest.mark.both_databases

KX7D = "KX7D-4MQP"
ASK = pytest.mark.parametrize(
    "look", [lambda on: standing(on, code_id=b"KX7D-4MQP"), lambda on: standing_of_reference(on, KX7D)]
)
Look = Callable[[Any], Standing | None]


@ASK
def test_a_line_of_the_message_path_and_a_connection_tell_the_same(database: Database, look: Look) -> None:
    queue(database)
    _change(database, status=ReportStatus.CLOSED, closed_at=NOW, closed_reason=ClosedReason.SUPPORT_GIVEN)

    told = database.look(look)

    assert told == _look(database, look)
    assert told == Standing(
        reference=KX7D,
        status=ReportStatus.CLOSED,
        closed_at=NOW,
        closed_reason=ClosedReason.SUPPORT_GIVEN,
        agencies=("case_group", "police"),
        questions=0,
        code_shared=False,
        feedback_given=False,
    )


@ASK
def test_a_reporter_is_told_received_then_acknowledged(database: Database, look: Look) -> None:
    queue(database)
    before = _look(database, look)
    _lay(database, "case_group", acknowledged_at=NOW)

    after = _look(database, look)

    assert [told and told.status for told in (before, after)] == [
        ReportStatus.RECEIVED,
        ReportStatus.ACKNOWLEDGED,
    ]


def test_a_report_on_the_desk_that_nobody_looked_at_is_not_acknowledged(database: Database) -> None:
    queue(database)
    _lay(database, "police")

    assert _standing(database).status is ReportStatus.RECEIVED


def test_a_closed_report_stays_closed_whoever_acknowledges_it(database: Database) -> None:
    queue(database)
    _change(database, status=ReportStatus.CLOSED, closed_at=NOW, closed_reason=ClosedReason.ACTION_TAKEN)
    _lay(database, "police", acknowledged_at=NOW)

    assert _standing(database).status is ReportStatus.CLOSED


def test_an_agency_that_was_taken_out_is_not_named_any_more(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        withdraw(connection, KX7D, ("case_group",), NOW)

    assert _standing(database).agencies == ("police",)


def test_an_erased_report_still_answers_to_its_code_that_it_was_taken_back(database: Database) -> None:
    queue(database)
    _lay(database, "police", acknowledged_at=NOW)
    with database.begin() as connection:
        erase(connection, KX7D, NOW)

    told = _standing(database)

    assert (told.status, told.agencies, told.questions) == (ReportStatus.WITHDRAWN, (), 0)


def test_questions_wait_until_they_are_answered_and_only_once(database: Database) -> None:
    queue(database)
    with database.begin() as connection:
        for number, agency in enumerate(("police", "case_group")):
            asked_at = NOW + timedelta(minutes=number)
            asked = Asked(f"question-{number}", b"copy", "0001-x", asked_at, "sam", None)
            ask(connection, KX7D, agency, b"sealed", asked)
        waiting = open_questions(connection, KX7D)

    before = _standing(database).questions
    with database.begin() as connection:
        noted = [answered(connection, "question-0", NOW) for _ in range(2)]

    assert [(question.id, question.agency) for question in waiting] == [
        ("question-0", "police"),
        ("question-1", "case_group"),
    ]
    assert (before, noted, _standing(database).questions) == (2, [True, False], 1)


def test_an_unknown_code_or_reference_tells_nothing(database: Database) -> None:
    with database.read() as connection:
        told = (
            standing(connection, code_id=b"?"),
            standing_of_reference(connection, "?"),
            envelope_of(connection, b"?"),
            open_questions(connection, "?"),
        )

    assert told == (None, None, None, ())


@pytest.mark.parametrize(("form", "given"), [("report", False), ("feedback", True)])
def test_feedback_counts_once_it_was_given_and_nothing_else_does(
    database: Database, form: str, *, given: bool
) -> None:
    queue(database)
    before = _standing(database).feedback_given

    _add(database, form)

    assert (before, _standing(database).feedback_given) == (False, given)


DAMAGED = {
    "not one": lambda _: b"never was an envelope",
    "magic only": lambda envelope: envelope[:4],
    "cut in its header": lambda envelope: envelope[:40],
    "its keys are no keys": lambda envelope: envelope.replace(b'"agencies"', b'"agency--"'),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_report_still_tells_its_reporter_how_it_stands(
    database: Database, damage: Callable[[bytes], bytes]
) -> None:
    queue(database)
    _damage(database, damage)

    told = _standing(database)

    assert (told.status, told.agencies) == (ReportStatus.RECEIVED, ())
    assert not _add(database, "report")


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("whole", [True, False], ids=["erased", "from each"])
def test_a_damaged_report_can_still_be_taken_back(
    database: Database, damage: Callable[[bytes], bytes], *, whole: bool
) -> None:
    queue(database)
    _damage(database, damage)

    with database.begin() as connection:
        if whole:
            erase(connection, KX7D, NOW)
        else:
            withdraw(connection, KX7D, ("police", "case_group"), NOW)

    assert _standing(database).agencies == ()
    assert claim(database, NOW, limit=10) == ()


def test_a_report_cut_short_behind_its_keys_can_still_be_taken_back(database: Database) -> None:
    queue(database)
    _damage(database, lambda envelope: envelope[:-10])
    assert _standing(database).agencies == ("case_group", "police")

    with database.begin() as connection:
        withdraw(connection, KX7D, ("police",), NOW)

    assert _standing(database).agencies == ("case_group",)
    assert {each.agency for each in claim(database, NOW, limit=10)} == {"case_group"}


def _standing(database: Database) -> Standing:
    found = database.look(lambda line: standing_of_reference(line, KX7D))
    assert found is not None
    return found


def _look(database: Database, look: Look) -> Standing | None:
    with database.read() as connection:
        return look(connection)


def _lay(database: Database, agency: str, **changes: Any) -> None:
    with database.begin() as connection:
        connection.execute(insert(CASE), {"reference": KX7D, "agency": agency, "received_at": NOW} | changes)


def _change(database: Database, **changes: Any) -> None:
    with database.begin() as connection:
        connection.execute(update(REPORT).values(**changes))


def _add(database: Database, form: str) -> bool:
    addition, levels = make_addition(form=form), {"case_group": ConsentLevel.WITH_DETAILS}
    seen = addition_views(addition, levels, AREA)
    with database.begin() as connection:
        return add(connection, addition, seen, sealed_addition(addition, levels), AREA, NOW)


def _damage(database: Database, damage: Callable[[bytes], bytes]) -> None:
    with database.begin() as connection:
        envelope = connection.execute(select(REPORT.c.envelope)).scalar_one()
        connection.execute(update(REPORT).values(envelope=damage(envelope)))
