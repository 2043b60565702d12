"""A long text is cut between sentences or words; no letter, emoji or number is torn."""

import pytest
import regex  # type: ignore[import-untyped]  # comes with dateparser, and knows Unicode's rule
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cutting import cut_at, may_cut, shortened

FIXED = settings(deadline=None, derandomize=True, database=None, max_examples=300)
PIECES = [
    "a", "é", "e\u0301", "ß", "ش", "شّ", "क्षि", "한", "\u1112\u1161\u11ab", "ก็", "👍🏽", "👩‍👩‍👧‍👦", "🇬🇧",
    "🇵🇱", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☹️", "1️⃣", " ", "\n", "\r\n", ". ", "5", "12.50",
]  # fmt: skip
CLUSTER = regex.compile(r"\X")


@FIXED
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=12).map("".join), st.integers(1, 40))
def test_no_letter_and_no_emoji_is_torn(text: str, at: int) -> None:
    at = min(at, len(text) - 1)
    if at < 1 or not may_cut(text, at):
        return

    assert at in {found.start() for found in CLUSTER.finditer(text)}


@pytest.mark.parametrize(
    ("text", "most", "first"),
    [
        ("One. Two.\n\nThree. Four five", 22, "One. Two."),
        ("One two. Three\nfour five", 20, "One two. Three"),
        ("One two. Three four", 14, "One two."),
        ("Is it so? Yes", 11, "Is it so?"),
        ("هل هذا صحيح؟ نعم هو", 16, "هل هذا صحيح؟"),
        ('He said "go." Then', 15, 'He said "go."'),
        ("1. one two three", 9, "1. one"),
        ("call 0808 168 9111 now", 15, "call"),
        ("pay 12.50 or 7", 7, "pay"),
        ("aaaa1234.5678.9012", 12, "aaaa"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 9, "👩‍👩‍👧‍👦"),
        ("🇬🇧🇵🇱🇬🇧", 3, "🇬🇧"),
        ("e\u0301e\u0301", 3, "e\u0301"),
        ("7" * 20, 8, "7" * 8),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_it_reads_best(text: str, most: int, first: str) -> None:
    assert text[: cut_at(text, most)].rstrip() == first


def test_a_paragraph_that_ends_too_early_is_no_place_to_cut() -> None:
    text = "a\n\n" + "b " * 20

    assert cut_at(text, 30, 15) == 30


@FIXED
@given(
    st.lists(st.sampled_from([*PIECES, "word "]), min_size=1, max_size=200).map("".join), st.integers(40, 90)
)
def test_words_are_shortened_in_their_middle(text: str, most: int) -> None:
    short = shortened(text, most)

    assert len(short) <= most
    if len(text) > most:
        head, _, tail = short.partition(" [...] ")
        assert text.startswith(head)
        assert text.endswith(tail)
    else:
        assert short == text
