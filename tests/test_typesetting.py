"""Typesetting: tagged pages, words that are never markup, and no empty boxes."""

from pathlib import Path

import pytest

from bot.core.phrases import Language
from bot.script import script_pdf
from bot.typesetting import Unprintable, missing_fonts, typeset
from tests.papers import ENGLISH, papers
from tests.printing import Printed, fonts_or_skip

MARKUP = 'See #panic("x") *bold* $1/2$ _so_ = head @ref <label> // end \\ #link("a") `raw` ---'


@pytest.fixture(autouse=True)
def _fonts() -> None:
    fonts_or_skip()


def test_markup_in_a_phrase_stays_text() -> None:
    printed = Printed(typeset("script.typ", ENGLISH, _sheet(MARKUP)))

    assert MARKUP in printed.text
    assert printed.links == []


def test_one_sheet_makes_one_file() -> None:
    assert typeset("script.typ", ENGLISH, _sheet("x")) == typeset("script.typ", ENGLISH, _sheet("x"))


def test_a_sign_no_font_has_is_a_fault_and_no_empty_box() -> None:
    with pytest.raises(Unprintable) as refused:
        typeset("script.typ", ENGLISH, _sheet("a \ue000 sign and \ue001"))

    assert refused.value.faults == (
        r"no font here has the sign \u{e000}",
        r"no font here has the sign \u{e001}",
    )


def test_a_missing_font_is_named_with_its_script_and_where_it_comes_from() -> None:
    assert list(missing_fonts(["ARABIC", "HANGUL", "LATIN"], ["Noto Sans"])) == [
        "no font for ARABIC letters: 'Noto Naskh Arabic' is missing, on Debian: apt install fonts-noto-core",
        "no font for HANGUL letters: 'Noto Sans CJK SC' is missing, on Debian: apt install fonts-noto-cjk",
    ]


def test_a_region_is_left_out_of_the_language_of_a_page() -> None:
    dari = Language("fa-AF", "دری", "rtl", "fa_AF", (), checked=True)

    printed = Printed(typeset("script.typ", dari, _sheet("سلام")))

    assert (printed.language, printed.direction) == ("fa", "/R2L")


# --- the script of a flow ---------------------------------------------------------------------------


def test_a_script_as_pdf_holds_what_the_page_holds(tmp_path: Path) -> None:
    printed = Printed(script_pdf(papers(tmp_path)[0]))

    assert printed.title == "Script: report"
    for words in (
        "In danger now? Call 999.",
        "1. Reporting for",
        "Me [myself]",
        'Someone "else"',
        "I have a code (goes on in: return)",
        "Say only if: “Danger now” (2) is “Yes”",
        "If it was not understood: Any words will do.",
        "More than one may be chosen.",
        "May be left unanswered.",
        "9. Shall I send it?",
    ):
        assert words in printed.text


def test_every_page_of_a_script_has_its_number(tmp_path: Path) -> None:
    printed = Printed(script_pdf(papers(tmp_path)[0]))

    many = len(printed.pages)
    assert many > 1
    assert [page.rpartition(f" / {many}")[0].split()[-1] for page in printed.pages] == [
        str(number) for number in range(1, many + 1)
    ]


def test_a_script_as_pdf_is_tagged_in_its_language_and_direction(tmp_path: Path) -> None:
    english, arabic = (Printed(script_pdf(paper)) for paper in papers(tmp_path))

    assert english.is_tagged
    assert arabic.is_tagged
    assert (english.language, english.direction) == ("en", "/L2R")
    assert (arabic.language, arabic.direction) == ("ar", "/R2L")
    assert len(english.tagged("/H1")) == 1
    assert len(english.tagged("/H2")) == 11  # as test_paper.py counts them
    machine = "This translation was made by a machine and has not yet been checked by a person."
    assert (machine in english.text, machine in arabic.text) == (False, True)


def _sheet(ask: str) -> dict[str, object]:
    step = {"number": 1, "name": "a", "heading": "1. A", "ask": ask, "others": [], "when": "", "help": "",
            "choices": [],
            "several": False, "skip": False, "lines": 0}  # fmt: skip
    said = dict.fromkeys(("version", "draft", "danger", "silent", "several", "own_words", "skip"), "")
    return {"title": "T", **said, "steps": [step]}
