"""The leaflet: one printed page a language that says what this is for and how to report.

A way to report that is not configured is left out; nothing on it is promised for an agency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import click
import phonenumbers
import segno

from bot.catalogues import page_entries
from bot.core.phrases import ENGLISH, Phrase, Phrasebook
from bot.flowfile import Script, read_script
from bot.phrasebook import missing, read_phrasebook
from bot.sentences import Sentences
from bot.settings import Settings
from bot.typesetting import Unprintable, typeset
from casebridge.area import Area, read_area

TEMPLATE = "_leaflet.html"
OWN_COUNTRY = 44
STEPS = ("write", "answer", "choose", "keep")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to report: `web`, `sms` or `telegram`, what people type, and where a link of it goes."""

    channel: str
    address: str
    link: str


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The leaflet in every language, with the ways there are."""

    area: str
    ways: tuple[Way, ...]
    script: Script
    phrasebook: Phrasebook
    entry: str = ""  # the entry point it is made for

    def sheet(self, language: str) -> dict[str, object]:
        """Return the words of the page in one language, as templates/leaflet.typ takes them."""
        words = Sentences(TEMPLATE, self.phrasebook.language(language), self.phrasebook)
        says, texts = words.says, self.script.texts
        delete = self.phrasebook.words(texts.delete_words, language)[0].upper()
        channels = tuple(way.channel for way in self.ways)
        sheet: dict[str, object] = {
            "area": self.area,
            "title": says("title"),
            "what": says("what"),
            "who": says("who"),
            "danger": self.phrasebook.text(texts.danger_card, language),
            "ways_heading": says("ways"),
            "ways": [
                {
                    "name": says(way.channel),
                    "address": way.address,
                    "link": self._link(way, language),
                    "note": says(f"{way.channel}_note"),
                }
                for way in self.ways
            ],
            "cost": says("cost"),
            "steps_heading": says("steps"),
            "steps": [[says(step), says(f"{step}_more")] for step in STEPS],
            "next_heading": says("next"),
            "next": says("next_more"),
            "clear_heading": says("clear"),
            "clear": [says("clear_all", word=delete), *(says(f"clear_{channel}") for channel in channels)],
        }
        for way in self.ways:
            if way.channel == "web":
                sheet["code"] = code_of(chat_address(way.link, language, self.entry))
                sheet["scan"] = says("scan")
                sheet["code_says"] = says("code", address=way.address)
        if not words.language.checked:
            sheet["draft"] = says("draft")
        return sheet

    def pdf(self, language: str) -> bytes:
        """Return the page in one language. Raises Unprintable."""
        lacking = self._untranslated(language)
        if lacking:
            says = f"phrases not translated: {len(lacking)}, the first is {lacking[0].context}"
            raise Unprintable((says,))
        return typeset("leaflet.typ", self.phrasebook.language(language), self.sheet(language))

    def _link(self, way: Way, language: str) -> str:
        return (
            chat_address(way.link, language, self.entry) if way.channel == "web" and self.entry else way.link
        )

    def _untranslated(self, language: str) -> tuple[Phrase, ...]:
        """Return what of it a language lacks: nobody is handed a page they can read half of."""
        if language == ENGLISH:
            return ()
        said = [entry.phrase for entry in page_entries() if entry.file.endswith(TEMPLATE)]
        return missing(said, self.phrasebook.translations[language])


def ways(settings: Settings, entry: str = "") -> tuple[Way, ...]:
    """Return the ways to report that are configured, the most private first; links say by which entry."""
    return tuple(_ways(settings, entry))


def code_of(address: str) -> str:
    """Return an address as a QR code in SVG, of which 15 % may be unreadable (level M). No quiet zone."""
    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def read_leaflet(settings: Settings, entry: str = "") -> Leaflet:
    """Read the leaflet of the area, for an entry point of it if one is given.

    Raises FaultyFile, UsageError, and Unprintable where there is no way to report.
    """
    script, area = read_script(settings.area), known_entry(settings.area, entry)
    leaflet = Leaflet(area.name, ways(settings, entry), script, read_phrasebook(script), entry)
    if not leaflet.ways:
        raise Unprintable(("no way to report is set: PUBLIC_URL, TWILIO_FROM, TELEGRAM_NAME; see README.md",))
    return leaflet


def known_entry(area: str, entry: str) -> Area:
    """Return the area, which names this entry point or is asked for none. Raises FaultyFile, UsageError."""
    found = read_area(area)
    if entry and not found.has_entry(entry):
        known = ", ".join(point.id for point in found.entry_points) or "none"
        says = f"'{entry}' is no entry point of flows/areas/{area}.yaml, which names: {known}"
        raise click.UsageError(says)
    return found


def chat_address(public_url: str, language: str, entry: str) -> str:
    """Return what opens the chat in a language, counted for an entry point if one is given."""
    return f"{public_url}/?lang={language}" + (f"&at={entry}" if entry else "")


def write_leaflets(leaflet: Leaflet, languages: Sequence[str], folder: Path) -> Iterator[str]:
    """Write leaflet-<language>.pdf for each language, or for all on offer, and yield a line on each.

    Raises UsageError, and at the end Unprintable with every language that was not written.
    """
    offered = tuple(language.code for language in leaflet.phrasebook.languages)
    for language in languages:
        if language not in offered:
            raise click.UsageError(f"language '{language}' is not on offer, only {', '.join(offered)}")
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for language in languages or offered:
        path = folder / f"leaflet-{language}.pdf"
        try:
            path.write_bytes(leaflet.pdf(language))
        except Unprintable as unprintable:
            faults += (f"{path.name} not written: {fault}" for fault in unprintable.faults)
        else:
            yield f"{path}: {', '.join(way.channel for way in leaflet.ways)}"
    if faults:
        raise Unprintable(tuple(faults))


def _ways(settings: Settings, entry: str) -> Iterator[Way]:
    body, begin = (
        (f"?body={entry}", f"?start={entry}") if entry else ("", "")
    )  # RFC 5724; Bot API, deep links
    if settings.public_url:
        yield Way("web", settings.public_url.removeprefix("https://"), settings.public_url)
    if settings.sms_is_on and settings.twilio_from:
        yield Way("sms", _dialled(settings.twilio_from), f"sms:{settings.twilio_from}{body}")
    if settings.telegram_name and settings.telegram_is_answered:
        yield Way("telegram", f"@{settings.telegram_name}", f"https://t.me/{settings.telegram_name}{begin}")


def _dialled(number: str) -> str:
    """Return a number as people here dial it: +441632960961 is 01632 960961."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:  # a short code is dialled as it is
        return number
    form = phonenumbers.PhoneNumberFormat
    own = read.country_code == OWN_COUNTRY
    return phonenumbers.format_number(read, form.NATIONAL if own else form.INTERNATIONAL)
