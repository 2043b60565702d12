"""Smart punctuation as plain signs, where a text message then takes half as many parts. Pure.

Letters stay as they were written: a text with one letter outside GSM 03.38 is left alone whole.
"""

import re
import unicodedata

from bot.segments import not_gsm

_PLAIN = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u02bc\u0060\u00b4",
    '"': "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u2023\u2043\u25aa\u25cf\u25e6\u00b7",
    "...": "\u2026",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u000b\u0085\u2028\u2029",
    "": "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
    "\ufeff",
}
_ALL_PLAIN = re.compile("[\n\r -_a-~]*")  # what GSM 03.38 has of ASCII: nearly every reply in English
_FOLDED = {ord(smart): plain for plain, smarts in _PLAIN.items() for smart in smarts}


def fold(text: str) -> str:
    """Return the text in GSM 03.38 alone, if nothing but punctuation and spaces keeps it out."""
    if _ALL_PLAIN.fullmatch(text) or not not_gsm(text):
        return text
    folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return text if not_gsm(folded) else folded
