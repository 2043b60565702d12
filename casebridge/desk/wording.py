"""Puts codes, dates and languages into plain English for the case group. Pure."""

import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta

ENGLISH = Locale("en", "GB")
LONDON = ZoneInfo("Europe/London")
HARMLESS = frozenset("\u200c\u200d\u200e\u200f\u061c")  # joiners and direction marks
INITIALS = frozenset({"bsl", "cctv", "id", "sms", "uprn", "vcas"})
OWN_NAMES = {
    "dont_know": "Does not know",
    "danger_now": "In danger now",
    "follow_up": "Messages from this service",
    "follow_up_hours": "Hours for messages from this service",
    "role": "Who is reporting",
    "shared_device": "Others can read it",
    "sms": "Text message",
    "web": "Web chat",
    "whatsapp": "WhatsApp",
}
REACHING = (
    "contact",
    "contact_details",
    "shared_device",
    "voicemail",
    "contact_safe",
    "safe_word",
    "follow_up",
    "follow_up_hours",
)
"""Whether, how and when somebody may be reached, as it is read."""
VALUES = {
    ("voicemail", "none"): "Do not leave a message",
    ("voicemail", "neutral"): "Only a name and a number",
    ("voicemail", "open"): "May leave a message",
    ("follow_up_hours", "any"): "Any time, 9am to 8pm",
    ("follow_up_hours", "morning"): "Mornings, 9am to 12",
    ("follow_up_hours", "afternoon"): "Afternoons, 12 to 5pm",
    ("follow_up_hours", "evening"): "Evenings, 5pm to 8pm",
}
"""What a code says where it would mislead by itself, by the answer's name and the code."""


def humanise(code: str) -> str:
    """Return a code as words: "verbal_abuse" is "Verbal abuse"."""
    if code in OWN_NAMES:
        return OWN_NAMES[code]
    words = [word.upper() if word in INITIALS else word for word in code.replace("-", "_").split("_") if word]
    sentence = " ".join(words)
    return sentence[:1].upper() + sentence[1:]


def value_words(name: str, code: str) -> str:
    """Return a code that was answered as words: ("voicemail", "none") is "Do not leave a message"."""
    return VALUES.get((name, code)) or humanise(code)


def day_words(day: date) -> str:
    return format_date(day, "d MMMM y", locale=ENGLISH)


def moment_words(moment: datetime) -> str:
    """Return day and time in London: "17 November 2026 at 10:02"."""
    return format_datetime(moment, "d MMMM y 'at' HH:mm", tzinfo=LONDON, locale=ENGLISH)


def day_of(moment: datetime) -> str:
    """Return the day in London of a moment."""
    return format_datetime(moment, "d MMMM y", tzinfo=LONDON, locale=ENGLISH)


def waiting_words(since: datetime, now: datetime) -> str:
    """Return how long something has waited: "3 hours"."""
    waited = max(now - since, timedelta())
    if waited < timedelta(minutes=1):
        return "less than a minute"
    return format_timedelta(waited, granularity="minute", threshold=1.5, locale=ENGLISH)


def vague_day_words(day: str, precision: str) -> str:
    """Return a day no more exactly than it was said: ("2026-11-17", "month") is "November 2026"."""
    try:
        found = date.fromisoformat(day if len(day) > 7 else f"{day}-01")
    except ValueError:
        return day
    match "month" if len(day) <= 7 else precision:
        case "day" | "exact" | "":
            return format_date(found, "EEEE d MMMM y", locale=ENGLISH)
        case "week":
            return f"In the week of {day_words(found)}"
        case "month":
            return format_date(found, "MMMM y", locale=ENGLISH)
        case "year":
            return str(found.year)
        case _:
            return f"About {day_words(found)}"


@cache
def language_words(tag: str) -> str:
    """Return the English name of a language: "ar" is "Arabic"; an unknown tag stays as it is."""
    try:
        return Locale.parse(tag.split("-x-")[0], sep="-").get_display_name(ENGLISH) or tag
    except (UnknownLocaleError, ValueError, TypeError):
        return tag


def visible(text: str) -> str:
    """Return words with nothing in them that could make other words on the page look different.

    Characters that steer writing direction are shown as a box; line ends stay.
    """
    return "".join(char if char in "\n\t" or _shows(char) else "\N{WHITE SQUARE}" for char in text)


def _shows(char: str) -> bool:
    """What Persian, Arabic and emoji need passes; overrides and controls do not."""
    return char in HARMLESS or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}
