"""Codes, dates and languages as the case group reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from casebridge.desk.wording import (
    humanise,
    language_words,
    moment_words,
    vague_day_words,
    value_words,
    visible,
    waiting_words,
)

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("verbal_abuse", "Verbal abuse"),
        ("2_to_4", "2 to 4"),
        ("sms", "Text message"),
        ("cctv_nearby", "CCTV nearby"),
        ("dont_know", "Does not know"),
        ("", ""),
    ],
)
def test_a_code_reads_as_words(code: str, words: str) -> None:
    assert humanise(code) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("none", "Do not leave a message"),
        ("neutral", "Only a name and a number"),
        ("open", "May leave a message"),
        ("new_one", "New one"),
    ],
)
def test_voicemail_says_plainly_what_may_be_left(code: str, words: str) -> None:
    assert value_words("voicemail", code) == words


@pytest.mark.parametrize(
    ("day", "precision", "words"),
    [
        ("2026-11-17", "day", "Tuesday 17 November 2026"),
        ("2026-11-17", "week", "In the week of 17 November 2026"),
        ("2026-11-17", "month", "November 2026"),
        ("2026-11", "", "November 2026"),
        ("2026-11-17", "approx", "About 17 November 2026"),
        ("last summer", "unknown", "last summer"),
    ],
)
def test_a_day_is_never_more_exact_than_it_was_said(day: str, precision: str, words: str) -> None:
    assert vague_day_words(day, precision) == words


def test_times_are_london_times() -> None:
    assert moment_words(NOW) == "1 July 2026 at 13:00"


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(hours=30), "30 hours"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_waiting_is_told_in_the_unit_people_think_in(waited: timedelta, words: str) -> None:
    assert waiting_words(NOW - waited, NOW) == words


@pytest.mark.parametrize(
    ("tag", "words"),
    [("ar", "Arabic"), ("zh-Hans", "Chinese (Simplified)"), ("en-x-easyread", "English"), ("??", "??")],
)
def test_a_language_goes_by_its_english_name(tag: str, words: str) -> None:
    assert language_words(tag) == words


def test_what_steers_writing_direction_becomes_visible_and_joiners_stay() -> None:
    assert visible("a\u202eb\n\u200c\u200f👩\u200d🚒\x07") == "a□b\n\u200c\u200f👩\u200d🚒□"
