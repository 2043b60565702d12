"""Reading days, contact details, postcodes and codes with the libraries that know them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from ukpostcodeparser.parser import parse_uk_postcode

from bot.core.conversation import Day
from bot.core.normal import normal
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.core.texts import Texts
from bot.core.understanding import Doubt
from casebridge.returncode import Misread, read_code

UK = ZoneInfo("Europe/London")
LONGEST_DAY = 60  # characters; longer is a story, and dateparser would search it for milliseconds
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")
_POSTCODE = re.compile(r"\b([A-Za-z]{1,2}\d[A-Za-z\d]?)\s*(\d[A-Za-z]{2})?\b")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


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
        words, part = self._without_part(normal(text), language)
        # Letters are folded for our own words; dateparser wants them as they were written.
        day = self._day(words, words if part else text.strip().lower(), language, base)
        if day is None:
            return Doubt.UNCLEAR
        if day.day > base.date():
            return Doubt.FUTURE
        if day.day < base.date() - timedelta(days=366) and not re.search(r"\d{4}", words):
            return Doubt.LONG_AGO
        return replace(day, part=part)

    def _without_part(self, words: str, language: str) -> tuple[str, str]:
        """Take "in the evening" off the end or the start, and say which part of the day it was."""
        for part in ("morning", "afternoon", "evening", "night"):
            for spoken in self._spoken(getattr(self.texts, f"{part}_words"), language):
                if words == spoken:
                    return "today", part
                if words.endswith(f" {spoken}"):
                    return words.removesuffix(f" {spoken}"), part
                if words.startswith(f"{spoken} "):
                    return words.removeprefix(f"{spoken} "), part
        return words, ""

    def _day(self, words: str, written: str, language: str, base: datetime) -> Day | None:
        if words == "today":
            return Day(base.date())
        if words in self._spoken(self.texts.yesterday_words, language):
            return Day(base.date() - timedelta(days=1))
        if words in self._spoken(self.texts.before_yesterday_words, language):
            return Day(base.date() - timedelta(days=2))
        if _ISO.fullmatch(words):
            return _iso(words)
        if words.isdecimal() or len(words) < 3:  # a bare number is no day
            return None
        return _parsed(written, language, base)

    def _spoken(self, phrase: Phrase, language: str) -> tuple[str, ...]:
        words = self.phrasebook.normal_words(phrase, language)
        if language != ENGLISH:
            words = words | self.phrasebook.normal_words(phrase, ENGLISH)
        return tuple(sorted(words, key=len, reverse=True))

    def contact(self, text: str) -> Mapping[str, str] | None:
        """Read a phone number or an e-mail address, whatever stands around it."""
        email = _EMAIL.search(text)
        if email:
            return {"kind": "email", "email": email[0].rstrip(".")}
        try:
            number = phonenumbers.parse(text, "GB")
        except phonenumbers.NumberParseException:
            matches = phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE)
            found = next(iter(matches), None)
            if found is None:
                return None
            number = found.number
        if not phonenumbers.is_possible_number(number):  # "valid" refuses real and fictional ones alike
            return None
        return {"kind": "phone", "phone": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}

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


def _iso(words: str) -> Day | None:
    try:
        return Day(date.fromisoformat(words))
    except ValueError:
        return None


def _parsed(words: str, language: str, base: datetime) -> Day | None:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - 80 ms, and most days are "yesterday"

    languages = list(dict.fromkeys((language.split("-")[0], ENGLISH)))
    settings = {"DATE_ORDER": "DMY", "PREFER_DATES_FROM": "past", "RELATIVE_BASE": base.replace(tzinfo=None)}
    found = DateDataParser(languages=languages, settings=settings).get_date_data(words)
    if not found or not found.date_obj:
        return None
    precision = found.period if found.period in ("week", "month") else "day"
    return None if found.period == "year" else Day(found.date_obj.date(), precision)
