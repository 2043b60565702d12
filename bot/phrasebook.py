"""Reads locales/ into a Phrasebook: PO files as they are, no compiled file to go stale.

A language whose consent or safety texts are missing or fuzzy is not offered at all: nobody
agrees to what they cannot read. Elsewhere a missing phrase is said in English.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel
from pydantic_core import PydanticCustomError

from bot.core.flow import Kind
from bot.core.phrases import ENGLISH, Language, Phrase, Phrasebook
from bot.core.translations import gaps, page_gaps
from bot.flowfile import Script
from casebridge.yamlfile import Fault, FaultyFile, parse, read_yaml

LOCALES = Path(__file__).parent.parent / "locales"
_PO_LINE = re.compile(r'(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?) )?"([^"\\]|\\.)*")?')
VITAL = (Kind.CONSENT, Kind.PERMISSION, Kind.REVIEW, Kind.SAY, Kind.END)
SAFETY_TEXTS = ("help", "danger_card", "danger_go_on", "concern_card", "self_harm_card", "danger_words",
                "concern_words", "self_harm_words", "stop_words", "delete_words")  # fmt: skip


def _known_locale(formats: str) -> str:
    if formats not in locale_identifiers():
        raise PydanticCustomError("locale", "Babel has no dates and plurals for that")
    return formats


class LanguageNode(BaseModel):
    """One row of languages.yaml."""

    model_config = ConfigDict(strict=True, extra="forbid")

    code: str
    own_name: str
    direction: Literal["ltr", "rtl"]
    formats: Annotated[str, AfterValidator(_known_locale)]
    names: str
    review: str
    checked: bool

    def language(self) -> Language:
        names = tuple(name.strip() for name in self.names.split(","))
        return Language(self.code, self.own_name, self.direction, self.formats, names, self.checked)


class LanguagesNode(RootModel[list[LanguageNode]]):
    pass


def read_languages(folder: Path = LOCALES) -> tuple[Language, ...]:
    """Read languages.yaml. Raises FaultyFile."""
    source = read_yaml(folder / "languages.yaml", "locales/languages.yaml")
    rows = parse(source, LanguagesNode).root
    if not rows or rows[0].code != ENGLISH:
        raise FaultyFile((source.fault((0,), "the first language must be en, in which all else is written"),))
    return tuple(row.language() for row in rows)


def read_catalogue(language: str, folder: Path = LOCALES) -> dict[tuple[str, str], str]:
    """Read one language's phrases, keyed by context and English. Raises FaultyFile.

    Left out, and so said in English: fuzzy and empty ones, and those with a gap nothing would fill.
    """
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in read_messages(language, folder)
        if message.string and not message.fuzzy and not damaged(message)
    }


def read_messages(language: str, folder: Path = LOCALES) -> tuple[Message, ...]:
    """Read every entry of one language's catalogue, with its line. Raises FaultyFile."""
    path = catalogue_path(language, folder)
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FaultyFile((Fault(catalogue_name(language), 1, 1, "is not UTF-8 text"),)) from error
    return tuple(message for message in parse_po(text, catalogue_name(language)) if message.id)


def damaged(message: Message) -> bool:
    """Say whether a translation would break the sentence it is put into."""
    read = page_gaps if (message.context or "").startswith("page.") else gaps
    return read(str(message.string)) != read(str(message.id))


def parse_po(text: str, name: str) -> Catalog:
    """Parse a PO file. Raises FaultyFile."""
    lines = text.split("\n")
    # babel passes over an open quote in silence, and the phrase with it
    faults = tuple(
        Fault(name, number, 1, "is no line of a PO file, is a quote missing?")
        for number, line in enumerate(lines, 1)
        if not _PO_LINE.fullmatch(line.strip())
    )
    if faults:
        raise FaultyFile(faults)
    try:
        return read_po(lines, abort_invalid=True)
    except PoFileError as error:
        says = str(error).removesuffix(f" on {error.lineno}")
        raise FaultyFile((Fault(name, error.lineno + 1, 1, says),)) from error


def catalogue_path(language: str, folder: Path = LOCALES) -> Path:
    """Return where a language's catalogue stands."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def catalogue_name(language: str) -> str:
    """Return what a language's catalogue is called in faults."""
    return f"locales/{language}/LC_MESSAGES/messages.po"


def read_phrasebook(script: Script, folder: Path = LOCALES) -> Phrasebook:
    """Read every language that may be offered. Raises FaultyFile."""
    vital = tuple(vital_phrases(script))
    offered: list[Language] = []
    translations: dict[str, Mapping[tuple[str, str], str]] = {}
    for language in read_languages(folder):
        catalogue = read_catalogue(language.code, folder) if language.code != ENGLISH else {}
        if language.code != ENGLISH and missing(vital, catalogue):
            continue
        offered.append(language)
        translations[language.code] = catalogue
    return Phrasebook(tuple(offered), translations)


def vital_phrases(script: Script) -> Iterable[Phrase]:
    """Yield the consent and safety phrases: without these a language is not offered."""
    for name in SAFETY_TEXTS:
        yield getattr(script.texts, name)
    for flow in script.flows.values():
        for step in flow.steps:
            if step.kind in VITAL or step.name == "danger":
                yield from step.asks_in
                yield from (choice.label for choice in step.choices)


def missing(phrases: Iterable[Phrase], catalogue: Mapping[tuple[str, str], str]) -> tuple[Phrase, ...]:
    """Return the phrases a catalogue does not hold."""
    return tuple(phrase for phrase in phrases if (phrase.context, phrase.text) not in catalogue)
