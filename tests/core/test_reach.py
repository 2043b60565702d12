"""Conditions that look at nothing, or can never hold."""

import pytest

from tests.broken import Folder

BROKEN = {
    "a value of `when` that no choice has": (
        "when: {is: {danger: yes}}\n",
        "when: {is: {danger: yess}}\n",
        ["flows/report.yaml:18:17: step 'card': 'yess' is never the answer to 'danger', did you mean 'yes'?"],
    ),
    "an unknown step in `when`": (
        "when: {is: {danger: yes}}\n",
        "when: {any: [{is: {dangr: yes}}]}\n",
        ["flows/report.yaml:18:24: step 'card': there is no step 'dangr', did you mean 'danger'?"],
    ),
    "a value that leads to another flow, so is never an answer": (
        "when: {is: {danger: yes}}\n",
        "when: {is: {role: returning}}\n",
        ["flows/report.yaml:18:17: step 'card': 'returning' is never the answer to 'role'"],
    ),
    "a later step in `when`": (
        "when: {is: {danger: yes}}\n",
        "when: {answered: where}\n",
        ["flows/report.yaml:18:12: step 'card': step 'where' is not yet answered then"],
    ),
    "a step that is only said in `when`": (
        "  - step: where\n",
        "  - step: where\n    when: {answered: card}\n",
        ["flows/report.yaml:28:12: step 'where': step 'card' never holds an answer"],
    ),
    "two values of a single choice at once": (
        "when: {is: {danger: yes}}\n",
        "when: {all: [{is: {danger: yes}}, {is: {danger: no}}]}\n",
        ["flows/report.yaml:18:5: step 'card': is never reached: no answers make this hold"],
    ),
    "a step never reached, said once and not for each behind it": (
        "  - step: why\n    kind: choices\n",
        (
            "  - step: never\n    kind: yes_no\n    when: {not: {answered: danger}}\n"
            '    ask: Really?\n    choices:\n      - {value: yes, label: "Yes"}\n'
            '      - {value: no, label: "No"}\n'
            "  - step: why\n    when: {is: {never: yes}}\n    kind: choices\n"
        ),
        [
            "flows/report.yaml:22:5: step 'never': is never reached: no answers make this hold",
        ],
    ),
    "an answer no choice is left for": (
        "when: {is: {danger: yes}}\n",
        "when: {not: {any: [{is: {danger: yes}}, {is: {danger: no}}]}}\n",
        ["flows/report.yaml:18:5: step 'card': is never reached: no answers make this hold"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_condition_that_cannot_hold_is_one_line(
    folder: Folder, old: str, new: str, lines: list[str]
) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines
