"""Faults in the texts themselves, English and translated, before anybody reads them. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from string import Formatter

FILLED: Mapping[str, frozenset[str]] = {
    "story_kept": frozenset({"words"}),
    "heard": frozenset({"answer"}),
    "heard_day": frozenset({"answer"}),
    "edit_noted": frozenset({"answer"}),
    "review_line": frozenset({"n", "title", "answer"}),
    "review_consent_line": frozenset({"n", "title", "answer"}),
    "review_photos": frozenset({"count"}),
    "photo_kept": frozenset({"count", "most"}),
    "photos_kept": frozenset({"count", "most"}),
    "photo_lost": frozenset({"number"}),
    "photo_removed": frozenset({"count"}),
    "photo_too_many": frozenset({"most"}),
    "sent": frozenset({"reference"}),
    "later": frozenset({"code"}),
    "later_neutral": frozenset({"code"}),
    "sent_code": frozenset({"code"}),
    "sent_neutral": frozenset({"reference"}),
    "sent_code_neutral": frozenset({"code"}),
    "sent_code_client": frozenset({"code"}),
    "status_closed": frozenset({"reason"}),
    "question_put": frozenset({"question"}),
    "own_code": frozenset({"code"}),
    "taken_back": frozenset({"names"}),
    "given": frozenset({"names"}),
    "practice_over": frozenset({"names"}),
    "service_line": frozenset({"name", "what", "contact"}),
    "service_line_unsure": frozenset({"name", "what", "contact"}),
    "and_next": frozenset({"first", "next"}),
    "day_part": frozenset({"day", "part"}),
    "around_day": frozenset({"day"}),
}
"""The gaps the engine fills, by the text that has them. No other phrase of a flow has any."""

JOINERS = "\u200c\u200d"  # Persian and the Indic scripts are misspelt without them
_PAGE_GAP = re.compile(r"%\((\w+)\)s")
_NUMBER = re.compile(r"[0-9]{2,}")


def gaps(text: str) -> frozenset[str] | None:
    """Return the names of the gaps in a text, `{answer}`; None where the braces do not pair up."""
    found: set[str] = set()
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None and (not name.isidentifier() or form or conversion):
                return None
            found.update((name,) if name else ())
    except ValueError:
        return None
    return frozenset(found)


def page_gaps(text: str) -> frozenset[str] | None:
    """Return the names of the gaps in a text of a page, `%(name)s`; None where a % stands alone."""
    if "%" in _PAGE_GAP.sub("", text).replace("%%", ""):
        return None
    return frozenset(_PAGE_GAP.findall(text))


def english_flaws(context: str, text: str) -> Iterator[str]:
    """Yield what is wrong with an English text on its own."""
    yield from _hidden(text)
    if context.startswith("page."):
        if page_gaps(text) is None:
            yield "has a percent sign that is no gap"
        return
    wanted = FILLED.get(context.removeprefix("texts."), frozenset())
    found = gaps(text)
    if found is None:
        yield "has braces that do not pair up"
    elif found != wanted:
        yield f"has the gaps {_named(found)} where the engine fills {_named(wanted)}"


def translation_flaws(context: str, english: str, text: str) -> Iterator[str]:
    """Yield what is wrong with a translation beside its English."""
    yield from _hidden(text)
    read = page_gaps if context.startswith("page.") else gaps
    wanted, found = read(english), read(text)
    if found is None:
        yield "has braces that do not pair up" if read is gaps else "has a percent sign that is no gap"
    elif found != wanted:
        yield f"has the gaps {_named(found)} where English has {_named(wanted or frozenset())}"
    if context.endswith("words"):
        return
    kept = _NUMBER.findall(text)
    for number in _NUMBER.findall(english):
        if number not in kept:
            yield f"has lost the number {number}; people dial it, so it is written with 0-9"


def _hidden(text: str) -> Iterator[str]:
    """Yield characters nobody sees: controls, and marks that turn the direction of what follows."""
    for character in sorted(set(text) - set("\n" + JOINERS)):
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            yield f"holds the hidden character U+{ord(character):04X}"


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
