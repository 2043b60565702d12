"""A return code as people type it, through the real door of each channel."""

import unicodedata
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.reporter import BySms, ByTelegram, ByWeb, Line, Reporter
from tests.talk import TEXTS

NEW: Mapping[str, Callable[[Flask, int], Line]] = {
    "web": lambda app, _: ByWeb(app.test_client()),
    "sms": lambda app, number: BySms(app.test_client(), f"+4477009{number:05}"),
    "telegram": lambda app, number: ByTelegram(app.test_client(), 6000 + number),
}
BETWEEN = (
    ".", "", " ", "-", "  ", " - ", ". ", "_", "·", "–", "—", "‐", "\u2011", "\t", "\n", "\n\n", "\r\n",
    "\u00a0", "\u202f", "\u2009", "\u3000", "\u200b", "\u200e", "\u200f", "\u2060", " . ", "--",
    ",", ", ", "،", "/", " / ", ":", ";", "|", " | ", "+", "*", "−", "٫", "\u061c", "\u00ad",
)  # fmt: skip
SCRIPTS = {
    "Arabic": "٠", "Persian": "۰", "Bengali": "০", "Devanagari": "०", "Gurmukhi": "੦", "Gujarati": "૦",
    "Tamil": "௦", "Thai": "๐", "Lao": "໐", "Tibetan": "༠", "Burmese": "၀", "Khmer": "០", "N'Ko": "߀",
    "full width": "\uff10", "bold": "𝟎",
}  # fmt: skip
AROUND = (
    "my code is {}", "{} is my code", "My return code: {}.", "code {} thank you", "hello, {}", "{}!", "({})",
    '"{}"', "'{}'", "\u201c{}\u201d", "<{}>", "#{}", "code={}", "kod {}", "mój kod to {}", "الرمز {}",
    "\u2067الرمز: {}\u2069", "رمز المتابعة: {}", "\u2066{}\u2069", "👉 {}", "{} 🙏", "\ufeff{}", "   {}   ",
    "\n{}\n", "Your return code:\n{}\nKeep it safe.", "I have 1 report, {}", "{}\n\nSent from my phone",
)  # fmt: skip


def in_script(code: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(it)) if it.isdecimal() else it for it in code)


def ways_to_type(code: str) -> tuple[str, ...]:
    """Return a code as it is written in groups, in other scripts, and among words."""
    groups = code.split(".")
    plain = "".join(groups)
    return (
        *(mark.join(groups) for mark in BETWEEN),
        " ".join(plain),
        "".join(f"{digit}\ufe0f\u20e3" for digit in plain),
        f"{plain[:8]} {plain[8:]}",
        f"{plain[:6]} {plain[6:]}",
        " ".join(plain[at : at + 2] for at in range(0, 16, 2)),
        *(in_script(code, zero) for zero in SCRIPTS.values()),
        *(in_script(plain, zero) for zero in SCRIPTS.values()),
        in_script(code[:9], "٠") + code[9:],
        *(around.format(code) for around in AROUND),
        *(around.format(in_script(code, "۰")) for around in AROUND[:3]),
    )


def slips(code: str) -> tuple[str, ...]:
    """Return a code with what goes wrong in typing: a digit changed, two swapped, one missing or doubled."""
    plain = code.replace(".", "")
    wrong = str((int(plain[5]) + 1) % 10)
    swap = next(at for at in range(15) if plain[at] != plain[at + 1])
    swapped = plain[:swap] + plain[swap + 1] + plain[swap] + plain[swap + 2 :]
    return (
        plain[:5] + wrong + plain[6:],
        swapped,
        plain[1:],
        plain[:-1],
        plain[:-2],
        plain + plain[-1],
        f"0{plain}",
        f"my code is {plain[:5]}{wrong}{plain[6:]}",
        in_script(swapped, "٠"),
    )


@pytest.fixture
def code(client: FlaskClient) -> str:
    """The code of a report that was sent."""
    return Reporter(BySms(client)).report().code


def test_no_two_ways_of_typing_are_the_same_and_there_are_enough() -> None:
    ways = ways_to_type("9553.9573.1361.2952")

    assert len(ways) == len({*ways}) >= 60
    assert {unicodedata.decimal(zero) for zero in SCRIPTS.values()} == {0}


@pytest.mark.parametrize("channel", NEW)
def test_a_code_is_understood_however_it_is_typed(app: Flask, code: str, channel: str) -> None:
    missed = []
    for number, typed in enumerate(ways_to_type(code)):
        person = Reporter(NEW[channel](app, number)).begin()
        person.heard = person.line.say(typed)
        if not person.hears(TEXTS.status_received):
            missed.append(typed)

    assert missed == []


@pytest.mark.parametrize("channel", NEW)
def test_a_slip_is_said_kindly_and_the_code_is_asked_for_again(app: Flask, code: str, channel: str) -> None:
    person = Reporter(NEW[channel](app, 0), answers={"role": "returning"})
    person.answer_until(lambda: person.question().name == "code")

    for typed in slips(code):
        person.heard = person.line.say(typed)
        assert person.hears(TEXTS.mistyped_code), typed
        assert person.question().name == "code"

    person.heard = person.line.say(code)
    assert person.hears(TEXTS.status_received)
