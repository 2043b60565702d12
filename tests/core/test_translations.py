"""Texts that are damaged, dangerous or too long, in English and translated."""

import pytest

from tests.broken import PO, Folder

ENGLISH_TEXTS = {
    "a gap nothing fills": (
        "ask: Where was it?",
        'ask: "Where was it, {name}?"',
        ["flows/report.yaml:30:5: step 'where': has the gaps {name} where the engine fills none"],
    ),
    "a brace too many": (
        "ask: Where was it?",
        'ask: "Where was it}?"',
        ["flows/report.yaml:30:5: step 'where': has braces that do not pair up"],
    ),
    "a curly quote": (
        "ask: Where was it?",
        "ask: Where’s it?",
        [
            (
                "flows/report.yaml:30:5: step 'where': '’' makes a text message take twice the parts,"
                " write it in plain letters and signs"
            )
        ],
    ),
    "a hidden character": (
        "ask: Where was it?",
        "ask: Where\u200b was it?",
        [
            (
                "flows/report.yaml:30:5: step 'where': '\\u200b' makes a text message take twice the parts,"
                " write it in plain letters and signs"
            ),
            "flows/report.yaml:30:5: step 'where': holds the hidden character U+200B",
        ],
    ),
    "a long sentence": (
        "ask: Where was it?",
        f"ask: {'Where was it? ' * 22}",
        [
            "flows/report.yaml:30:5: step 'where': takes 3 text messages, at most 2 are wanted",
        ],
    ),
}

TRANSLATIONS = {
    "a gap lost": (
        'I noted: {answer}."',
        'Zapisane."',
        ["text 'heard': has the gaps none where English has {answer}"],
    ),
    "a gap of another name": (
        'I noted: {answer}."',
        'Zapisane: {odpowiedz}."',
        ["text 'heard': has the gaps {odpowiedz} where English has {answer}"],
    ),
    "a brace too many": (
        "Where was it?",
        "Gdzie to bylo}?",
        ["step 'where': has braces that do not pair up"],
    ),
    "an emergency number lost": (
        "Call 999.",
        "Zadzwoń.",
        ["step 'card': has lost the number 999; people dial it, so it is written with 0-9"],
    ),
    "a number in other digits": (
        "Call 999.",
        "٩٩٩",
        ["step 'card': has lost the number 999; people dial it, so it is written with 0-9"],
    ),
    "a mark that turns the direction": (
        "Where was it?",
        "\u202eGdzie?",
        ["step 'where': holds the hidden character U+202E"],
    ),
    "a sentence over the budget": (
        "Where was it?",
        "Gdzie się to stało? " * 14,
        ["step 'where': takes 5 text messages, at most 4 are wanted"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), ENGLISH_TEXTS.values(), ids=ENGLISH_TEXTS)
def test_a_damaged_text_is_one_line(folder: Folder, old: str, new: str, lines: list[str]) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines


@pytest.mark.parametrize(("english", "said", "flaws"), TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_a_fault_in_a_translation_points_into_the_catalogue(
    polish: Folder, english: str, said: str, flaws: list[str]
) -> None:
    polish.change(PO, f'msgstr "{english}', f'msgstr "{said}')

    lines = (polish.flows.parent / PO).read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines) if text.startswith(f'msgstr "{said}'))
    where = next(number for number in range(line, 0, -1) if lines[number].startswith("msgid "))
    assert polish.faults() == [f"{PO}:{where + 1}:1: {flaw}" for flaw in flaws]


def test_a_question_is_counted_with_its_choices(polish: Folder) -> None:
    for label in ("At home", "In the street"):
        polish.change(PO, f'msgstr "{label}"', f'msgstr "{label} {"na żadnej ulicy " * 15}"')

    (fault,) = polish.faults()

    says = "step 'where': with its choices takes 8 text messages, at most 7 are wanted"
    assert fault.split(": ", 1)[1] == says
