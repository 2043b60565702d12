"""Faults in the rules of triage, each one line that tells its author where."""

import pytest

from bot.flowfile import read_script
from tests import broken
from tests.broken import Folder

AREA = "flows/areas/town.yaml"
TRIAGE = broken.AREA.split("\n").index("triage:") + 1  # its line
BANDS = "{high: 3, medium: 2}"
FLAG_WHEN = "when: {is: {danger: yes}}"
POINTS_WHEN = "when: {is: {danger: no}}"

BROKEN = {
    "an unknown step": (
        FLAG_WHEN,
        "when: {is: {dangr: yes}}",
        [f"{AREA}:{TRIAGE + 3}:58: triage 'danger_now': there is no step 'dangr', did you mean 'danger'?"],
    ),
    "a value nobody can give": (
        POINTS_WHEN,
        "when: {is: {danger: never}}",
        [f"{AREA}:{TRIAGE + 5}:86: triage 'no_danger': 'never' is never the answer to 'danger'"],
    ),
    "two answers to a single choice": (
        FLAG_WHEN,
        "when: {all: [{is: {danger: yes}}, {is: {danger: no}}]}",
        [f"{AREA}:{TRIAGE + 3}:46: triage 'danger_now': no answers make this hold"],
    ),
    "what holds when nothing was asked": (
        POINTS_WHEN,
        "when: {not: {is: {danger: yes}}}",
        [
            (
                f"{AREA}:{TRIAGE + 5}:74: triage 'no_danger': holds without an answer,"
                " but what was not asked adds nothing"
            )
        ],
    ),
    "words that would lower": (
        POINTS_WHEN,
        "when: {all: [{is: {danger: no}}, {not: {is: {noticed: concern}}}]}",
        [
            (
                f"{AREA}:{TRIAGE + 5}:74: triage 'no_danger': 'noticed' may only raise,"
                " so it cannot stand in a 'not'"
            )
        ],
    ),
    "an id twice": (
        "id: no_danger",
        "id: danger_now",
        [f"{AREA}:{TRIAGE + 5}:8: triage 'danger_now': this id is there twice"],
    ),
    "bands the wrong way round": (
        BANDS,
        "{high: 2, medium: 2}",
        [f"{AREA}:{TRIAGE + 1}:11: triage: high begins at 2, so it must be above medium at 2"],
    ),
    "a band nobody can reach": (
        BANDS,
        "{high: 4, medium: 2}",
        [f"{AREA}:{TRIAGE + 1}:11: triage: high begins at 4, but all points together are 3"],
    ),
    "a band that is no number": (
        BANDS,
        "{high: lots, medium: 2}",
        [f"{AREA}:{TRIAGE + 1}:11: triage.bands.high: input should be a valid integer"],
    ),
    "points that would lower": (
        "points: 3",
        "points: -1",
        [f"{AREA}:{TRIAGE + 5}:41: triage.points.0.points: input should be greater than or equal to 1"],
    ),
    "an entry without words for the desk": (
        "label: In danger now, ",
        "",
        [f"{AREA}:{TRIAGE + 3}:7: triage.red_flags.0.label: field required"],
    ),
    "two conditions in one": (
        FLAG_WHEN,
        "when: {is: {danger: yes}, answered: role}",
        [f"{AREA}:{TRIAGE + 3}:46: triage.red_flags.0.when: must be one of is, any, all, not, answered"],
    ),
    "no red flags at all": (
        "    - {id: danger_now, label: In danger now, when: {is: {danger: yes}}}\n",
        "    []\n",
        [
            (
                f"{AREA}:{TRIAGE + 2}:3: triage.red_flags: list should have at least 1 item"
                " after validation, not 0"
            )
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_rule_that_cannot_stand_is_one_line(folder: Folder, old: str, new: str, lines: list[str]) -> None:
    folder.change(AREA, old, new)

    assert folder.faults() == lines


def test_an_area_without_triage_is_a_fault(folder: Folder) -> None:
    folder.change(AREA, "triage:\n", "other:\n")

    assert f"{AREA}:1:1: triage: field required" in folder.faults()


def test_a_red_flag_may_look_at_words_alone(folder: Folder) -> None:
    folder.change(AREA, FLAG_WHEN, "when: {is: {noticed: self_harm}}")

    assert folder.faults() == []


def test_no_word_for_the_desk_is_among_what_is_said_to_reporters() -> None:
    said = read_script("stockton-on-tees").phrases()

    assert [path for _, file, path in said if "areas" in file and path[0] == "triage"] == []
