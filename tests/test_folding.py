"""Smart punctuation is sent as plain signs where a text message then costs less, and only there."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.folding import fold
from bot.segments import not_gsm, segments

FIXED = settings(deadline=None, derandomize=True, database=None, max_examples=200)


@pytest.mark.parametrize(
    ("smart", "plain"),
    [
        ("“It’s mine,” he said…", '"It\'s mine," he said...'),
        ("„Du“ ‚du‘ «tu» ‹tu›", "\"Du\" 'du' \"tu\" 'tu'"),
        ("5–6 — then ‑ and − 3", "5-6 - then - and - 3"),
        ("a\u00a0b\u202fc\u2009d\te", "a b c d e"),
        ("• one\n● two\n· three", "- one\n- two\n- three"),
        ("so\u00adft ze\u200bro \ufeffmark \u2066x\u2069", "soft zero mark x"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("cafe\u0301 Zoe\u0300", "caf\u00e9 Zo\u00e8"),
        ("O`Brien´s", "O'Brien's"),
    ],
)  # fmt: skip
def test_smart_punctuation_is_folded(smart: str, plain: str) -> None:
    assert fold(smart) == plain
    assert not_gsm(plain) == ""


@pytest.mark.parametrize("text", ["“Łódź”", "«نعم»…", "no… 😀", "Seán’s", "naïve’s", "ç’", "’" * 3 + "\x00"])
def test_a_text_that_stays_outside_gsm_is_left_alone_whole(text: str) -> None:
    assert fold(text) == text


def test_one_curly_quote_no_longer_doubles_a_text() -> None:
    text = "a" * 159 + "’"

    assert (segments(text), segments(fold(text))) == (3, 1)


@FIXED
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("“”’–—…•\u00a0abc éÉñß")))
def test_folding_keeps_every_letter_and_digit_and_never_costs_more(text: str) -> None:
    folded = fold(text)

    assert _words(folded) == _words(unicodedata.normalize("NFC", text))
    assert segments(folded) <= segments(text)
    assert fold(folded) == folded


def _words(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
