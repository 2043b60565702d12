"""How many text messages a text is paid and sent as. Pure arithmetic of GSM 03.38 and UCS-2."""

from functools import lru_cache

import gsm0338

GSM_SINGLE, GSM_PART = 160, 153  # septets: a joined message loses 7 to the header that joins it
UCS2_SINGLE, UCS2_PART = 70, 67  # 16-bit units, the same six bytes of header

# Budgets, told to translators and held by `python -m bot check`. English is GSM text; a language
# with other letters gets 67 to a part, so the same sentence takes about twice as many.
ENGLISH_PARTS = 2  # one phrase in English: 306 septets
ENGLISH_QUESTION_PARTS = 4  # a question with all its options, in English
PHRASE_PARTS = 4  # one phrase in any language: about as long as that English
QUESTION_PARTS = 7  # a question with all its options, the longest list of eleven in Arabic

_GSM = gsm0338.Codec()


def segments(text: str) -> int:
    """Return how many parts a text is sent in; one character outside GSM 03.38 more than doubles them."""
    sizes = _gsm_sizes(text)
    if sizes is not None:
        return _parts(sizes, GSM_SINGLE, GSM_PART)
    return _parts([_ucs2_size(character) for character in text], UCS2_SINGLE, UCS2_PART)


def not_gsm(text: str) -> str:
    """Return the characters of a text that are outside GSM 03.38, each once, in order."""
    return "".join(character for character in dict.fromkeys(text) if not _septets(character))


def _gsm_sizes(text: str) -> list[int] | None:
    """Return the septets of each character (the euro sign and brackets take two), or None."""
    sizes = [_septets(character) for character in text]
    return sizes if 0 not in sizes else None


@lru_cache(maxsize=1024)
def _septets(character: str) -> int:
    """Return how many a character takes, 0 where it is outside: asked of every reply that goes out."""
    try:
        return len(_GSM.encode(character)[0])
    except UnicodeEncodeError:
        return 0


def _ucs2_size(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _parts(sizes: list[int], single: int, part: int) -> int:
    """Fill parts one after the other: an escape pair or a surrogate pair is never cut in two."""
    if sum(sizes) <= single:
        return 1
    parts, room = 1, part
    for size in sizes:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return parts
