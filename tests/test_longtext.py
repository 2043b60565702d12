"""Long replies for Telegram: nothing lost, the question whole and last, no character torn apart."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cutting import LEFT_OUT, units
from bot.longtext import LONGEST_TELEGRAM, parts, shortened

FIXED = settings(deadline=None, derandomize=True, database=None, max_examples=60)
WHOLE = {
    "a family": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "a tone": "\U0001f44d\U0001f3fd",
    "a flag": "\U0001f1ec\U0001f1e7",
    "an accent": "e\u0301",
    "a virama": "\u0915\u094d\u0937\u093f",
    "jamo": "\u1112\u1161\u11ab",
}
QUESTION = "Is that right?"
SORTS = ["word ", "sentence. ", "\n", "\n\n", "\U0001f600", "ج", "x" * 300]
PIECES = st.lists(st.sampled_from(SORTS), max_size=900)


def without_space(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_what_fits_is_one_message() -> None:
    assert parts("Noted.", QUESTION) == (f"Noted.\n\n{QUESTION}",)
    assert parts("", QUESTION) == (QUESTION,)


@FIXED
@given(PIECES)
def test_nothing_is_lost_and_the_question_is_whole_in_the_last(pieces: list[str]) -> None:
    head = "".join(pieces).strip()

    sent = parts(head, QUESTION)

    assert without_space("".join(sent)) == without_space(head + QUESTION)
    assert sent[-1].endswith(QUESTION)
    assert all(0 < units(part) <= LONGEST_TELEGRAM for part in sent)


@FIXED
@given(PIECES)
def test_as_one_message_it_fits_and_still_asks(pieces: list[str]) -> None:
    said = shortened("".join(pieces), QUESTION)

    assert units(said) <= LONGEST_TELEGRAM
    assert said.endswith(QUESTION)


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_what_is_seen_as_one_character_is_never_torn(whole: str) -> None:
    for before in range(len(whole) * 2):
        head = "x" * before + whole * 2_000

        for part in (*parts(head, QUESTION), *shortened(head, QUESTION).split(f" {LEFT_OUT} ")):
            assert part.replace(whole, "").strip("x\n") in ("", QUESTION)


def test_a_cut_comes_at_the_end_of_a_paragraph_else_of_a_line_a_sentence_or_a_word() -> None:
    half, rest = "a" * 3_000, "b" * 3_000
    for between in ("\n\n", "\n", ". ", " "):
        assert parts(f"{half}{between}{rest}", QUESTION)[0] == f"{half}{between}".strip()


def test_the_longest_words_lose_their_middle_and_all_else_stays() -> None:
    lines = [f"{n}. Title: short answer" for n in range(30)]
    story = " ".join(f"word{n}" for n in range(2_000))

    said = shortened("\n".join([*lines[:9], story, *lines[9:]]), QUESTION)

    assert [line for line in lines if line not in said] == []
    (told,) = (line for line in said.split("\n") if LEFT_OUT in line)
    assert told.startswith("word0 word1 ")
    assert told.endswith(" word1999")


def test_units_are_counted_as_telegram_does() -> None:
    assert [units(text) for text in ("a", "ج", "\U0001f600", WHOLE["a flag"])] == [1, 1, 2, 4]
