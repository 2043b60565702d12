"""Text messages counted at every edge where one more character costs one more part."""

import pytest

from bot.segments import not_gsm, segments

EDGES = {
    "nothing": ("", 1),
    "one full GSM message": ("a" * 160, 1),
    "one septet more": ("a" * 161, 2),
    "two full GSM parts": ("a" * 306, 2),
    "one septet more than two": ("a" * 307, 3),
    "three full GSM parts": ("a" * 459, 3),
    "one septet more than three": ("a" * 460, 4),
    "a euro sign is two septets": ("a" * 158 + "€", 1),
    "a euro sign that no longer fits": ("a" * 159 + "€", 2),
    "an escape pair is not cut in two": ("a" * 152 + "€" + "a" * 152, 3),
    "the same septets without a pair on the edge": ("a" * 153 + "€" + "a" * 151, 2),
    "brackets": ("[" * 80, 1),
    "one bracket more": ("[" * 81, 2),
    "one full UCS-2 message": ("ż" * 70, 1),
    "one unit more": ("ż" * 71, 2),
    "two full UCS-2 parts": ("ż" * 134, 2),
    "one unit more than two": ("ż" * 135, 3),
    "one curly quote in a long GSM text": ("a" * 159 + "’", 3),
    "an emoji is two units": ("😀" * 35, 1),
    "one emoji more": ("😀" * 36, 2),
    "a surrogate pair is not cut in two": ("ż" * 66 + "😀" + "ż" * 66, 3),
    "the same units without a pair on the edge": ("ż" * 67 + "😀" + "ż" * 65, 2),
    "Arabic": ("نعم" * 23, 1),
    "café stays GSM": ("café" * 40, 1),
    "a new line": ("a\n" * 80, 1),
}


@pytest.mark.parametrize(("text", "parts"), EDGES.values(), ids=EDGES)
def test_a_text_is_counted_as_it_is_sent(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_characters_that_double_a_message_are_named_once_in_order() -> None:
    assert not_gsm("“It’s £5…”, he said… [ñ]") == "“’…”"
