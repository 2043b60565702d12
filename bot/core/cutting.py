"""Where a text may be cut in two: never within a letter, an emoji or a number. Pure."""

import re
import unicodedata
from itertools import accumulate

JOINER = "\u200d"
LEFT_OUT = "[...]"  # in place of the middle of words that are too long
_SENTENCE_END = re.compile(
    r"""(?<!\d)[.!?\u2026\u061f\u06d4\u0964\u3002\uff01\uff1f]["')\]\u201d\u2019\u00bb]*(?=\s)"""
)
_KEPT_WITH_BEFORE = re.compile(
    "[\u200c\u200d\u1160-\u11ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)  # joiners, later parts of a Korean letter, what chooses the look of an emoji, its colour, its flag
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_VIRAMA = 9  # combining class: joins two letters of an Indic script


def units(text: str) -> int:
    """Return the length of a text in 16-bit units, as Twilio and Telegram count it: an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, most: int) -> tuple[str, ...]:
    """Cut a long text at paragraphs, lines, sentences or words into parts of at most this many units."""
    parts: list[str] = []
    text = text.strip()
    while (room := _room(text, most)) < len(text):
        at = cut_at(text, room, most // 2)  # full enough: sooner there than within a paragraph
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return (*parts, text) if text else tuple(parts)


def _room(text: str, most: int) -> int:
    """Return how many characters from the start of a text are at most this many units."""
    if 2 * len(text) <= most or text.isascii():
        return most
    used = accumulate(1 + (character > "\uffff") for character in text[:most])
    return sum(each <= most for each in used)


def cut_at(text: str, most: int, least: int = 1) -> int:
    """Return where to cut so that the first part has at most this many characters, and reads well.

    At a paragraph, a line or a sentence where one ends beyond `least`, else between two words,
    else between two letters; in the middle of one only where there is no other way.
    """
    window = text[: most + 1]
    for at in (window.rfind("\n\n"), window.rfind("\n"), _last_sentence(window), _last_word(window, least)):
        if at >= least:
            return at
    return last_whole(text, most)


def last_whole(text: str, most: int) -> int:
    """Return the last place within this many characters where nothing is torn; `most` where there is none."""
    return next((at for at in range(min(most, len(text) - 1), 0, -1) if may_cut(text, at)), most)


def may_cut(text: str, at: int) -> bool:
    """Say whether what stands before and what follows are letters, emoji or numbers of their own."""
    before, after = text[at - 1], text[at]
    if _KEPT_WITH_BEFORE.match(after) or unicodedata.category(after).startswith("M"):
        return False
    if before == JOINER or unicodedata.combining(before) == _VIRAMA or before + after == "\r\n":
        return False
    if _FLAG_LETTER.match(before) and _FLAG_LETTER.match(after):
        return _flag_letters_before(text, at) % 2 == 0
    return not (_is_of_number(before) and _is_of_number(after))


def shortened(text: str, most: int) -> str:
    """Return at most this many characters of a text, with LEFT_OUT in place of its middle."""
    half = (most - len(LEFT_OUT)) // 2 - 1
    if len(text) <= most:
        return text
    head = cut_at(text, half, half // 2)
    tail = cut_at(text, len(text) - half // 2, len(text) - half)
    return f"{text[:head].rstrip()} {LEFT_OUT} {text[tail:].lstrip()}"


def _last_sentence(window: str) -> int:
    return max((found.end() for found in _SENTENCE_END.finditer(window)), default=-1)


def _last_word(window: str, least: int) -> int:
    """Return the last space that does not stand within a number: "0808 168 9111" is one."""
    at = window.rfind(" ", least)
    while at > 0 and window[at - 1].isdecimal() and window[at + 1 : at + 2].isdecimal():
        at = window.rfind(" ", least, at)
    return at


def _is_of_number(character: str) -> bool:
    return character.isdecimal() or character in "+-."


def _flag_letters_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _FLAG_LETTER.match(text[start - 1]):
        start -= 1
    return at - start
