"""Brings what people type to one form: case, width, digits and letter variants of any script."""

import re
import unicodedata

_FOLDED = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و",
        "ـ": None,  # tatweel
        "’": "'", "‘": "'", "`": "'",
        "ł": "l",
    }
)  # fmt: skip
_EDGES = " \t\r\n.,;:!?()[]{}<>\"'«»„“”‚*_-–—/\\|+=~^#،؛؟。！？、"
_SPACES = re.compile(r"\s+")


def normal(text: str) -> str:
    """Return text for comparing: never shown, never stored."""
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text.lower().strip(_EDGES))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(_plain(character) for character in text)
    return _SPACES.sub(" ", text.translate(_FOLDED).strip(_EDGES))


def clean(text: str) -> str:
    """Return text that can be stored and sent anywhere: no control characters, no half characters."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(
        c for c in text if c.isprintable() or c in "\n\t" or unicodedata.category(c) in ("Cf", "Zs")
    )


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if unicodedata.combining(character) > 9:  # accents and harakat, but no Indic vowel or virama
        return ""
    if category in ("Cf", "Me", "Sk", "So") or character == "\ufe0f":  # joiners, emoji and their tone
        return ""
    if category == "Cc":
        return " "
    return character
