"""Reading days, contact details, postcodes and codes with the libraries that know them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from ukpostcodeparser.parser import parse_uk_postcode

from bot.core.conversation import Day
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.reading import Doubt
from bot.core.texts import Texts
from casebridge.returncode import Misread, read_code

UK = ZoneInfo("Europe/London")
LONGEST_DAY = 60  # characters; longer is a story, and dateparser would search it for milliseconds
LONGEST_CONTACT = 300  # characters; with more, looking for an address takes seconds
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")
_POSTCODE = re.compile(r"\b([A-Za-z]{1,2}\d[A-Za-z\d]?)\s*(\d[A-Za-z]{2})?\b")
_POSSIBLE = phonenumbers.Leniency.POSSIBLE
SOON_DAYS = 14  # "23 November" said on the 22nd is more likely a slip than a year ago
_WITH_LETTERS = re.compile(r"[^\W\d_]")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_TIME = re.compile(r"(?:at )?\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|o'clock)")


@dataclass(frozen=True, slots=True, eq=False)
class LibraryReaders:
    """The readers the engine is given."""

    texts: Texts
    phrasebook: Phrasebook

    def day(self, text: str, language: str, said_at: datetime) -> Day | Doubt:
        """Read a day as it was said; a day to come or over a year back is a doubt, never a guess."""
        if len(text) > LONGEST_DAY:
            return Doubt.UNCLEAR
        base = said_at.astimezone(UK)
        whole = normal(text)
        words, part = self._without_part(whole, language)
        # Letters are folded for our own words; dateparser wants them as they were written.
        written = words if part else text.strip().lower()
        day = self._named(whole, language, base.date()) or self._named(words, language, base.date())
        if day is None:
            day = _by_numbers(words, base.date()) if not _WITH_LETTERS.search(words) else None
        if day is None and _WITH_LETTERS.search(words) and not _TIME.fullmatch(words):
            day = _parsed(written, language, base)
        if day is None:
            return Doubt.UNCLEAR
        return _doubt(day, words, base.date()) or replace(day, part=part)

    def _without_part(self, words: str, language: str) -> tuple[str, str]:
        """Take "in the evening" off the end or the start, and say which part of the day it was."""
        for part in ("morning", "afternoon", "evening", "night"):
            several = self._spoken(getattr(self.texts, f"{part}_words"), language)
            if not (words.endswith(several) or words.startswith(several)):
                continue
            for spoken in several:
                if words == spoken:
                    return "", part
                if words.endswith(f" {spoken}"):
                    return words.removesuffix(f" {spoken}"), part
                if words.startswith(f"{spoken} "):
                    return words.removeprefix(f"{spoken} "), part
        return words, ""

    def _named(self, words: str, language: str, today: date) -> Day | None:
        """Read a day that has a name of its own; "at night" alone could be any."""
        names = (self.texts.today_words, self.texts.yesterday_words, self.texts.before_yesterday_words)
        for ago, phrase in enumerate(names):
            if words in self._spoken(phrase, language):
                return Day(today - timedelta(days=ago))
        return None

    def _spoken(self, phrase: Phrase, language: str) -> tuple[str, ...]:
        return _longest_first(phrase, language, self.phrasebook)

    def contact(self, text: str) -> Mapping[str, str] | None:
        """Read a phone number or an e-mail address, whatever stands around it."""
        if len(text) > LONGEST_CONTACT:
            return None
        email = _EMAIL.search(text)
        if email:
            return {"kind": "email", "email": email[0].rstrip(".")}
        found = next(iter(phonenumbers.PhoneNumberMatcher(text, "GB", leniency=_POSSIBLE)), None)
        if found is None or not _dialable(found.number):
            return None
        number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
        return {"kind": "phone", "phone": number}

    def outcode(self, text: str) -> str | None:
        """Return the first half of a UK postcode in the text: "TS18"."""
        for match in _POSTCODE.finditer(text):
            try:
                outcode, _ = parse_uk_postcode(f"{match[1]} {match[2] or ''}".strip(), strict=True,
                                               incode_mandatory=False)  # fmt: skip
            except ValueError:
                continue
            return str(outcode)
        return None

    def code(self, text: str) -> str | Doubt:
        """Read a return code."""
        match read_code(text):
            case Misread.MISTYPED:
                return Doubt.MISTYPED_CODE
            case Misread.NOT_A_CODE:
                return Doubt.UNCLEAR
            case code:
                return code


def _dialable(number: phonenumbers.PhoneNumber) -> bool:
    """Say whether a number can be called from anywhere: with its area code, a mobile one in full.

    "Valid" would refuse fictional and some real ones alike.
    """
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    national = str(number.national_number)
    return number.country_code != 44 or not national.startswith("7") or len(national) == 10


def _doubt(day: Day, words: str, today: date) -> Doubt | None:
    with_year = re.search(r"\d{4}", words) is not None
    if day.day > today:
        return Doubt.FUTURE
    if with_year:
        return None
    if day.day < today - timedelta(days=366):
        return Doubt.LONG_AGO
    almost_a_year = today - timedelta(days=366 - SOON_DAYS)
    return Doubt.FUTURE if day.precision == "day" and day.day < almost_a_year else None


def _by_numbers(words: str, today: date) -> Day | None:
    """Read a day in figures the British way; 5/13 is no day here, whatever it is elsewhere."""
    if found := _YEAR_FIRST.fullmatch(words):
        return _day_of(*map(int, found.groups()))
    found = _DAY_FIRST.fullmatch(words)
    if found is None:
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3] or today.year)
    if not found[3]:
        this_year = _day_of(year, month, day)
        return this_year if this_year is None or this_year.day <= today else _day_of(year - 1, month, day)
    return _day_of(year if year > 99 else 2000 + year, month, day)


def _day_of(year: int, month: int, day: int) -> Day | None:
    try:
        return Day(date(year, month, day))
    except ValueError:
        return None


def _parsed(words: str, language: str, base: datetime) -> Day | None:
    """Let dateparser read it, as something past: "last Saturday", "2 weeks ago", "4 May"."""
    from dateparser.conf import settings as defaults  # noqa: PLC0415 - 80 ms, and most days
    from dateparser.data.languages_info import language_order  # noqa: PLC0415 - are "yesterday"
    from dateparser.date import DateDataParser  # noqa: PLC0415
    from dateparser.languages.loader import default_loader  # noqa: PLC0415

    known = [code for code in dict.fromkeys((language.split("-")[0], ENGLISH)) if code in language_order]
    locales = (default_loader.get_locale(code) for code in known)
    if any(not _WITH_LETTERS.search(locale.translate(words, settings=defaults)) for locale in locales):
        return None  # "three" would be the third of this month
    settings = {"DATE_ORDER": "DMY", "PREFER_DATES_FROM": "past", "RELATIVE_BASE": base.replace(tzinfo=None)}
    found = DateDataParser(languages=known, settings=settings).get_date_data(words)
    if not found or not found.date_obj or found.period == "year":
        return None
    if found.date_obj > base.replace(tzinfo=None) and found.date_obj.date() == base.date():
        return None  # "in 2 hours"
    return Day(found.date_obj.date(), found.period if found.period in ("week", "month") else "day")


@lru_cache(maxsize=256)
def _longest_first(phrase: Phrase, language: str, phrasebook: Phrasebook) -> tuple[str, ...]:
    words = phrasebook.normal_words(phrase, language) | phrasebook.normal_words(phrase, ENGLISH)
    return tuple(sorted(words, key=len, reverse=True))
