import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebridge.returncode import (
    REFERENCE_ALPHABET,
    Misread,
    code_keys,
    new_code,
    new_reference,
    normal_reference,
    read_code,
    show_code,
)

RANDOM = st.binary(min_size=12, max_size=16)
CODE = new_code(bytes(range(12)))


@given(RANDOM)
def test_a_reference_is_its_own_normal_form(random: bytes) -> None:
    reference = new_reference(random)

    assert normal_reference(reference) == reference


@given(RANDOM)
def test_a_reference_begins_with_a_letter_and_spells_no_word(random: bytes) -> None:
    reference = new_reference(random)

    assert reference[0].isalpha()
    assert not set(reference) & set("AEIOUY01LSBZG")


@given(RANDOM)
def test_one_wrong_character_in_a_reference_is_noticed(random: bytes) -> None:
    good = new_reference(random)
    wrong = {
        good[:at] + character + good[at + 1 :]
        for at in range(9)
        for character in REFERENCE_ALPHABET
        if at != 4 and character != good[at]
    }

    assert {normal_reference(text) for text in wrong} == {None}


@given(RANDOM)
def test_any_two_characters_of_a_reference_swapped_are_noticed(random: bytes) -> None:
    good = new_reference(random).replace("-", "")
    swapped = {_swap(good, one, other) for one in range(8) for other in range(one)} - {good}

    assert {normal_reference(text) for text in swapped} <= {None}


@pytest.mark.parametrize("change", [str.lower, lambda it: it.replace("-", " "), lambda it: f" {it}. "])
def test_a_reference_is_read_however_it_is_typed(change: object) -> None:
    reference = new_reference(bytes(range(12)))

    assert callable(change)
    assert normal_reference(change(reference)) == reference


def test_letters_left_out_of_references_are_read_as_what_they_look_like() -> None:
    reference = next(
        made for made in (new_reference(bytes([n] * 12)) for n in range(256)) if {"5", "8"} <= set(made)
    )

    assert normal_reference(reference.replace("5", "S").replace("8", "b")) == reference


@pytest.mark.parametrize("text", ["", "hello", "KX7D-4MQP-2", "\u0000", "𝟘", "8" * 100_000])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert normal_reference(text) is None


@given(RANDOM)
def test_a_code_is_read_as_it_was_shown(random: bytes) -> None:
    code = new_code(random)

    assert read_code(show_code(code)) == code


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda code: code, id="plain"),
        pytest.param(lambda code: f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}", id="spaces"),
        pytest.param(lambda code: f"{code[:4]}-{code[4:8]}–{code[8:12]}—{code[12:]}", id="dashes"),
        pytest.param(lambda code: "\u200b".join(code), id="zero-width"),
        pytest.param(lambda code: f"\u2066{code[:8]}\u00a0{code[8:]}\u2069", id="isolates and NBSP"),
        pytest.param(lambda code: code.translate({48 + n: 0x660 + n for n in range(10)}), id="Arabic"),
        pytest.param(lambda code: code.translate({48 + n: 0x6F0 + n for n in range(10)}), id="Persian"),
        pytest.param(lambda code: code.translate({48 + n: 0xFF10 + n for n in range(10)}), id="full width"),
        pytest.param(lambda code: f"my code is {code}, please", id="in a sentence"),
        pytest.param(lambda code: f"{code}, again {code}", id="said twice"),
        pytest.param(lambda code: f"on 22 Nov 2026, {code}", id="beside a date"),
    ],
)
def test_a_code_is_read_however_it_is_typed(write: object) -> None:
    assert callable(write)
    assert read_code(write(CODE)) == CODE


def test_every_single_wrong_digit_is_noticed() -> None:
    wrong = [
        CODE[:at] + digit + CODE[at + 1 :] for at in range(16) for digit in "0123456789" if digit != CODE[at]
    ]

    assert {read_code(text) for text in wrong} == {Misread.MISTYPED}


@given(RANDOM)
def test_every_swap_of_neighbours_is_noticed(random: bytes) -> None:
    code = new_code(random)
    swapped = {_swap(code, at, at + 1) for at in range(15)} - {code}

    assert {read_code(text) for text in swapped} <= {Misread.MISTYPED}


@pytest.mark.parametrize("text", [CODE[:15], CODE + "1", f"{CODE[:8]} {CODE[8:]}0"])
def test_a_digit_too_few_or_too_many_is_a_slip_not_another_thing(text: str) -> None:
    assert read_code(text) is Misread.MISTYPED


@pytest.mark.parametrize("text", ["", "no", "07700 900123", "+44 7700 900123", "22.11.2026", "²" * 16])
def test_what_is_no_code_is_told_apart_from_a_slip(text: str) -> None:
    assert read_code(text) is Misread.NOT_A_CODE


def test_only_the_start_of_a_long_message_is_looked_at() -> None:
    assert read_code("x" * 100_000 + CODE) is Misread.NOT_A_CODE


def test_two_different_codes_are_not_guessed_between() -> None:
    assert read_code(f"{CODE} or {new_code(bytes(12))}") is Misread.MISTYPED


def test_the_same_code_gives_the_same_keys_under_one_pepper_only() -> None:
    keys = code_keys(CODE, b"p" * 32)

    assert code_keys(CODE, b"p" * 32) == keys
    assert code_keys(CODE, b"q" * 32) != keys
    assert (len(keys.id), len(keys.key)) == (32, 32)
    assert keys.id != keys.key


def test_keys_of_a_code_never_change_with_a_release() -> None:
    keys = code_keys("1234567890123456", b"pepper of a test, 32 bytes long.")

    assert keys.id.hex() == "7670dbea5a6cfbe344da12dfb7628491a6356678a843c046137ccae18ded7f2e"
    assert keys.key.hex() == "deb198d97c0077fd42987e9af86095a50acef2a8dfcabb3f9a7775a95ea678a1"


@pytest.mark.parametrize("code", ["", CODE[:-1], CODE * 1000])
def test_only_what_is_as_long_as_a_code_is_ever_hashed(code: str) -> None:
    with pytest.raises(ValueError, match=str(len(code))):
        code_keys(code, b"p" * 32)


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="11"):
        new_code(bytes(11))


def _swap(text: str, one: int, other: int) -> str:
    characters = list(text)
    characters[one], characters[other] = characters[other], characters[one]
    return "".join(characters)
