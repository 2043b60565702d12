"""Hours by the clock of the area, also on the days it changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours import HOURS, ON_ITS_WAY, next_hours
from tests.talk import KNOWLEDGE

LONDON = ZoneInfo("Europe/London")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "at", "begins"),
    [
        ("any", "2026-11-18T12:00", "2026-11-18T12:00"),
        ("any", "2026-11-18T08:59", "2026-11-18T09:00"),
        ("any", "2026-11-18T19:56", "2026-11-19T09:00"),
        ("any", "2026-11-18T23:30", "2026-11-19T09:00"),
        ("morning", "2026-11-18T12:00", "2026-11-19T09:00"),
        ("afternoon", "2026-11-18T09:00", "2026-11-18T12:00"),
        ("evening", "2026-07-01T15:30", "2026-07-01T16:00"),  # 17:00 in summer
        ("evening", "2026-03-28T21:00", "2026-03-29T16:00"),  # the clock goes forward overnight
        ("morning", "2026-03-29T07:00", "2026-03-29T08:00"),
        ("evening", "2026-10-24T21:00", "2026-10-25T17:00"),  # and back
        ("morning", "2026-10-25T08:30", "2026-10-25T09:00"),
        ("any", "2026-07-01T23:30", "2026-07-02T08:00"),  # half past midnight there: that morning
        ("no such hours", "2026-11-18T08:00", "2026-11-18T09:00"),
    ],
)
def test_a_message_waits_for_its_hours(chosen: str, at: str, begins: str) -> None:
    assert next_hours(chosen, _utc(at), LONDON)[0] == _utc(begins)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([*HOURS]),
)
def test_at_any_moment_the_next_hours_are_these_and_within_a_day(at: datetime, chosen: str) -> None:
    begins, ends = next_hours(chosen, at, LONDON)

    start, end = HOURS[chosen]
    assert at <= begins <= at + timedelta(days=1, hours=1)
    assert start <= begins.astimezone(LONDON).hour < end
    assert begins < ends - ON_ITS_WAY or begins == ends.astimezone(LONDON).replace(hour=start)


def test_every_choice_of_hours_is_known() -> None:
    step = KNOWLEDGE.flows["report"].step("follow_up_hours")

    assert step is not None
    assert {choice.value for choice in step.choices} == {*HOURS}
