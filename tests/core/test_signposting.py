"""Which services are told, in which order, and when they are told with "check first"."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.flow import Is
from bot.core.phrases import Phrase
from bot.core.reach import Codes
from bot.core.signposting import Confidence, Directory, Opening, Service, Told, signpost

WEDNESDAY_NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
WEDNESDAY_NIGHT = datetime(2026, 11, 18, 23, tzinfo=UTC)
SUNDAY_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFICE_HOURS = (Opening(frozenset(range(5)), 9 * 60, 17 * 60),)


def service(name: str, **given: Any) -> Service:
    row: dict[str, Any] = {
        "what": Phrase(f"{name}.what", "helps."),
        "contact": Phrase(f"{name}.contact", "01632 960000"),
        "confidence": Confidence.CONFIRMED,
        "checked_on": date(2026, 11, 1),
        "review_by": date(2027, 2, 1),
    }
    facts = dict.fromkeys(("who_for", "cost", "hours", "languages", "source", "owner"), "not known")
    return Service(id=name, name=name, **{**facts, **row, **given})


def told(*services: Service, at: datetime = WEDNESDAY_NOON, **answers: str) -> list[str]:
    directory = Directory("town", services, ZoneInfo("Europe/London"))
    coded = {name: Codes((value,)) for name, value in answers.items()}
    return [service.id for service in signpost(directory, coded, at)]


LOCAL = service("local", told=Told.ALWAYS)
NIGHT = service("night", told=Told.LAST, always_open=True)
CRISIS = service("crisis", told=Told.FIRST, when=Is("danger", "yes"))
CARE = service("care", told=Told.FIRST, when=Is("danger", "yes"), opens=OFFICE_HOURS)
RACE = service("race", when=Is("why", "race"))
HOME = service("home", when=Is("where", "home"))
OFFICE = service("office", opens=OFFICE_HOURS)


def test_no_more_than_three_are_told() -> None:
    assert len(told(RACE, HOME, CRISIS, CARE, LOCAL, NIGHT, why="race", where="home", danger="yes")) == 3


def test_one_that_is_open_day_and_night_comes_last() -> None:
    assert told(NIGHT, RACE, LOCAL, why="race") == ["race", "local", "night"]


def test_only_one_is_told_last_the_first_that_fits() -> None:
    child = service("child", told=Told.LAST, always_open=True, when=Is("age", "under_18"))

    assert told(child, NIGHT, LOCAL, age="under_18") == ["local", "child"]
    assert told(child, NIGHT, LOCAL, age="adult") == ["local", "night"]


def test_the_most_specific_comes_before_the_local_one() -> None:
    assert told(LOCAL, RACE, NIGHT, why="race") == ["race", "local", "night"]


def test_of_two_that_fit_the_first_in_the_file_is_told() -> None:
    assert told(RACE, HOME, LOCAL, NIGHT, why="race", where="home") == ["race", "local", "night"]


def test_what_does_not_fit_the_answers_is_not_told() -> None:
    assert told(RACE, HOME, LOCAL, NIGHT, why="disability") == ["local", "night"]


def test_a_crisis_service_comes_first_and_leaves_the_local_one_its_place() -> None:
    assert told(RACE, LOCAL, CRISIS, NIGHT, why="race", danger="yes") == ["crisis", "local", "night"]


def test_only_crisis_services_take_the_place_of_the_local_one() -> None:
    assert told(RACE, LOCAL, CRISIS, CARE, NIGHT, why="race", danger="yes") == ["care", "crisis", "night"]


def test_a_crisis_service_that_is_closed_takes_nobodys_place() -> None:
    at_night = told(LOCAL, CRISIS, CARE, NIGHT, danger="yes", at=WEDNESDAY_NIGHT)

    assert at_night == ["crisis", "local", "night"]


@pytest.mark.parametrize(
    ("at", "first"),
    [(WEDNESDAY_NOON, "office"), (WEDNESDAY_NIGHT, "race"), (SUNDAY_NOON, "race")],
    ids=["in its hours", "after them", "on another day"],
)
def test_what_is_open_now_goes_before_what_is_not(at: datetime, first: str) -> None:
    assert told(RACE, OFFICE, LOCAL, NIGHT, why="race", at=at)[0] == first


@pytest.mark.parametrize(
    ("at", "is_open"),
    [("2026-07-01T08:30:00+00:00", True), ("2026-12-01T08:30:00+00:00", False)],
    ids=["half past nine in summer", "half past eight in winter"],
)
def test_hours_go_by_the_clock_of_the_area(at: str, is_open: bool) -> None:
    directory = Directory("town", (OFFICE,), ZoneInfo("Europe/London"))

    assert OFFICE.is_open(directory.local(datetime.fromisoformat(at))) is is_open


@pytest.mark.parametrize(("hour", "minute", "is_open"), [(8, 59, False), (9, 0, True), (17, 0, False)])
def test_hours_begin_with_their_first_minute_and_end_before_their_last(
    hour: int, minute: int, is_open: bool
) -> None:
    assert OFFICE.is_open(datetime(2026, 11, 18, hour, minute, tzinfo=UTC)) is is_open


def test_what_nobody_knows_the_hours_of_is_neither_open_nor_closed() -> None:
    assert RACE.is_open(WEDNESDAY_NOON) is None


def test_what_is_for_staff_is_never_told() -> None:
    assert told(service("staff", told=Told.BY_STAFF), LOCAL, NIGHT) == ["local", "night"]


@pytest.mark.parametrize(
    ("confidence", "today", "sure"),
    [
        (Confidence.CONFIRMED, date(2027, 2, 1), True),
        (Confidence.CONFIRMED, date(2027, 2, 2), False),
        (Confidence.UNCONFIRMED, date(2026, 11, 1), False),
    ],
    ids=["confirmed, on its last day", "confirmed, a day later", "never confirmed"],
)
def test_what_is_old_or_unconfirmed_is_not_sure(confidence: Confidence, today: date, sure: bool) -> None:
    assert service("any", confidence=confidence).is_sure(today) is sure
