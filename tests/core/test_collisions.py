"""Words that would be taken for something else, in one language or between two."""

import pytest

from tests.broken import PO, Folder

CHOICES = {
    "a word of two choices": (
        'words: "myself, i am the victim"',
        'words: "myself, Someone  ELSE!"',
        ["flows/report.yaml:9:26: step 'role': 'someone else' stands for 'victim' too"],
    ),
    "a command": (
        'words: "myself, i am the victim"',
        'words: "myself, Next"',
        ["flows/report.yaml:8:36: step 'role': 'next' is the command SKIP"],
    ),
    "a call for help": (
        'words: "myself, i am the victim"',
        'words: "myself, emergency"',
        ["flows/report.yaml:8:36: step 'role': 'emergency' is a call for help"],
    ),
    "a number as a word": (
        'words: "myself, i am the victim"',
        'words: "myself, 7"',
        ["flows/report.yaml:8:36: step 'role': '7' is read as the number of a choice"],
    ),
    "a word of which nothing is left": (
        'words: "myself, i am the victim"',
        'words: "myself, ?"',
        ["flows/report.yaml:8:36: step 'role': '?' is never understood"],
    ),
}

LISTS = {
    "a command word of two commands": (
        "flows/texts.yaml",
        'skip_words: "skip,',
        'skip_words: "back, skip,',
        ["flows/texts.yaml:LINE:1: text 'skip_words': 'back' is one of back_words too"],
    ),
    "a call for help that a command takes": (
        "flows/texts.yaml",
        'danger_words: "',
        'danger_words: "help, ',
        ["flows/texts.yaml:LINE:1: text 'danger_words': 'help' is one of help_words too"],
    ),
    "a word of done that is one of stop": (
        "flows/texts.yaml",
        'done_words: "',
        'done_words: "end, ',
        ["flows/texts.yaml:LINE:1: text 'done_words': 'end' is one of stop_words too"],
    ),
}

TRANSLATED = {
    "a word that is another choice in English": (
        "Someone else",
        "I am the VICTIM",
        ["step 'role': 'i am the victim' stands for 'victim' too"],
    ),
    "a word that is a command": (
        "myself, i am the victim",
        "ja, wstecz, Next",
        ["step 'role': 'next' is the command SKIP"],
    ),
    "a word the provider takes": (
        "myself, i am the victim",
        "ja, koniec, end",
        ["step 'role': 'end' is the command STOP"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), CHOICES.values(), ids=CHOICES)
def test_a_word_of_a_choice_that_is_taken_is_one_line(
    folder: Folder, old: str, new: str, lines: list[str]
) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines


@pytest.mark.parametrize(("name", "old", "new", "lines"), LISTS.values(), ids=LISTS)
def test_a_word_of_two_lists_is_one_line(
    folder: Folder, name: str, old: str, new: str, lines: list[str]
) -> None:
    folder.change(name, old, new)

    line = folder.line_of(name, new.split("\n")[0])
    assert folder.faults() == [fault.replace("LINE", str(line)) for fault in lines]


@pytest.mark.parametrize(("english", "said", "flaws"), TRANSLATED.values(), ids=TRANSLATED)
def test_a_translated_word_that_is_taken_points_into_the_catalogue(
    polish: Folder, english: str, said: str, flaws: list[str]
) -> None:
    polish.change(PO, f'msgstr "{english}', f'msgstr "{said}')

    lines = (polish.flows.parent / PO).read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines) if text.startswith(f'msgstr "{said}'))
    where = next(number for number in range(line, 0, -1) if lines[number].startswith("msgid "))
    assert polish.faults() == [f"{PO}:{where + 1}:1: {flaw}" for flaw in flaws]
