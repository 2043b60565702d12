"""Days, contact details and codes as people type them; every day is counted from a Sunday."""

import pytest

from bot.core.reading import Doubt
from casebridge.report import Value
from tests.understood import AGAIN, UNKNOWN, Row, ids, understood


def day(iso: str, precision: str = "day", part: str = "") -> Value:
    return {"kind": "day", "day": iso, "precision": precision} | ({"part": part} if part else {})


FUTURE, LONG_AGO = Doubt.FUTURE, Doubt.LONG_AGO
DAYS: list[Row] = [
    ("when", "today", day("2026-11-22")),
    ("when", "1", day("2026-11-22")),
    ("when", "2.", day("2026-11-21")),
    ("when", "3", UNKNOWN),
    ("when", "I do not know", UNKNOWN),
    ("when", "idk", UNKNOWN),
    ("when", "yesterday", day("2026-11-21")),
    ("when", "yesturday", day("2026-11-21")),
    ("when", "Yesterday!", day("2026-11-21")),
    ("when", "yesterday evening", day("2026-11-21", part="evening")),
    ("when", "yesterday at 5pm", day("2026-11-21")),
    ("when", "last night", day("2026-11-21", part="night")),
    ("when", "this morning", day("2026-11-22", part="morning")),
    ("when", "tonight", day("2026-11-22", part="evening")),
    ("when", "just now", day("2026-11-22")),
    ("when", "10 minutes ago", day("2026-11-22")),
    ("when", "the day before yesterday", day("2026-11-20")),
    ("when", "last Saturday", day("2026-11-21")),
    ("when", "saturday night", day("2026-11-21", part="night")),
    ("when", "Monday", day("2026-11-16")),
    ("when", "last mon", day("2026-11-16")),
    ("when", "3 days ago", day("2026-11-19")),
    ("when", "2 weeks ago", day("2026-11-08", "week")),
    ("when", "two weeks ago", day("2026-11-08", "week")),
    ("when", "last week", day("2026-11-15", "week")),
    ("when", "last month", day("2026-10-22", "month")),
    ("when", "may", day("2026-05-22", "month")),
    ("when", "4 May", day("2026-05-04")),
    ("when", "4th of may", day("2026-05-04")),
    ("when", "May 4th", day("2026-05-04")),
    ("when", "4/5", day("2026-05-04")),
    ("when", "4/5/26", day("2026-05-04")),
    ("when", "04.05.2026", day("2026-05-04")),
    ("when", "٤/٥/٢٠٢٦", day("2026-05-04")),
    ("when", "2026-05-04", day("2026-05-04")),
    ("when", "24/12", day("2025-12-24")),
    ("when", "4 May 2019", day("2019-05-04")),
    ("when", "Mon 16 Nov", day("2026-11-16")),
    ("when", "5/13/2026", AGAIN),
    ("when", "31/2/2026", AGAIN),
    ("when", "29/2", AGAIN),
    ("when", "tomorrow", FUTURE),
    ("when", "next week", FUTURE),
    ("when", "next sunday", FUTURE),
    ("when", "23/11", FUTURE),
    ("when", "23 November", FUTURE),
    ("when", "1/1/2027", FUTURE),
    ("when", "in 2 hours", AGAIN),
    ("when", "12", AGAIN),
    ("when", "£5", AGAIN),
    ("when", "5pm", AGAIN),
    ("when", "17:00", AGAIN),
    ("when", "at night", AGAIN),
    ("when", "1 3", AGAIN),
    ("when", "three", AGAIN),
    ("when", "first", AGAIN),
    ("when", "1st", AGAIN),
    ("when", "2019", AGAIN),
    ("when", "ok", AGAIN),
    ("when", "no", AGAIN),
    ("when", "every day", AGAIN),
    ("when", "sat down", AGAIN),
    ("when", "he hit me", AGAIN),
    ("when", "4 may or 5 may", AGAIN),
    ("when", "TS18", AGAIN),
    ("when", "07700 900123", AGAIN),
]  # fmt: skip


def phone(number: str) -> Value:
    return {"kind": "phone", "phone": number}


CONTACTS: list[Row] = [
    ("contact_details", "07700 900123", phone("+447700900123")),
    ("contact_details", "07700900123", phone("+447700900123")),
    ("contact_details", "+44 7700 900123", phone("+447700900123")),
    ("contact_details", "0044 7700 900123", phone("+447700900123")),
    ("contact_details", "٠٧٧٠٠ ٩٠٠١٢٣", phone("+447700900123")),
    ("contact_details", "call me on 07700 900123 after 5", phone("+447700900123")),
    ("contact_details", "07700900123 not before 9", phone("+447700900123")),
    ("contact_details", "01642 607943", phone("+441642607943")),
    ("contact_details", "+48 601 234 567", phone("+48601234567")),
    ("contact_details", "Amina@Example.org", {"kind": "email", "email": "Amina@Example.org"}),
    ("contact_details", "my email is a.b@example.co.uk.", {"kind": "email", "email": "a.b@example.co.uk"}),
    ("contact_details", "no", AGAIN),
    ("contact_details", "none", AGAIN),
    ("contact_details", "999", AGAIN),
    ("contact_details", "12345", AGAIN),
    ("contact_details", "607943", AGAIN),
    ("contact_details", "07700 90012", AGAIN),
    ("contact_details", "07700 9001234", AGAIN),
    ("contact_details", "TS18 1AB", AGAIN),
    ("contact_details", "4/5/2026", AGAIN),
    ("contact_details", "the same number", AGAIN),
    ("contact_details", "amina at example dot org", AGAIN),
    ("contact_details", "not sure", UNKNOWN),
]  # fmt: skip

CODES: list[Row] = [
    ("code", "no", AGAIN),
    ("code", "1234", AGAIN),
    ("code", "07700 900123", AGAIN),
    ("code", "I lost it", AGAIN),
]  # fmt: skip

EVERY = [*DAYS, *CONTACTS, *CODES]


@pytest.mark.parametrize(("step", "typed", "meant"), EVERY, ids=ids(EVERY))
def test_what_people_type_is_read_or_asked_again(step: str, typed: str, meant: Value | Doubt) -> None:
    assert understood(step, typed) == meant
