"""One small broken flow for every rule on steps, and the exact line that tells its author."""

import pytest

from tests.broken import Folder

CONSENT_NO = 'ask: May the police have it?\n    choices:\n      - {value: with_details, label: "Yes"}\n'
BROKEN = {
    "a name used twice": (
        "say: card",
        "say: why",
        ["flows/report.yaml:20:5: step 'why': this name is used twice"],
    ),
    "a name the engine answers to itself": (
        "step: where",
        "step: language",
        ["flows/report.yaml:27:5: step 'language': this name is the engine's own, choose another"],
    ),
    "a voice nobody has": (
        "ask: Why was it?",
        "ask: Why was it?\n    voices: {suporter: Why?}",
        ["flows/report.yaml:24:14: step 'why': nobody has the voice 'suporter', did you mean 'supporter'?"],
    ),
    "a choice without choices": (
        "    choices:\n      - {value: race, label: Race}\n      - {value: age, label: Age}\n",
        "",
        ["flows/report.yaml:21:5: step 'why': a choices step needs choices"],
    ),
    "choices where nothing is chosen": (
        "kind: place",
        "kind: text",
        ["flows/report.yaml:31:5: step 'where': a text step takes no choices"],
    ),
    "a value twice": (
        "value: age",
        "value: race",
        ["flows/report.yaml:26:10: step 'why': value 'race' is there twice"],
    ),
    "an unknown flow": (
        "flow: return}",
        "flow: retrun}",
        [
            "flows/report.yaml:10:50: step 'role': there is no flow 'retrun', did you mean 'return'?",
            "flows/return.yaml:1:1: no choice leads to the flow 'return'",
        ],
    ),
    "leading away from several choices": (
        "{value: age, label: Age}",
        "{value: age, label: Age, later: true}",
        ["flows/report.yaml:26:34: step 'why': a choices step cannot lead away"],
    ),
    "a consent without an agency": (
        "    agency: police\n",
        "",
        [
            "flows/areas/town.yaml:4:5: agency 'police': no consent step asks about it",
            "flows/report.yaml:34:5: step 'consent_police': a consent step needs the agency it is for",
        ],
    ),
    "a consent for an agency the area has not": (
        "agency: police",
        "agency: polic",
        [
            "flows/areas/town.yaml:4:5: agency 'police': no consent step asks about it",
            (
                "flows/report.yaml:36:5: step 'consent_police': the area has no agency 'polic',"
                " did you mean 'police'?"
            ),
        ],
    ),
    "an agency where no consent is asked": (
        "    kind: yes_no\n",
        "    kind: yes_no\n    agency: police\n",
        ["flows/report.yaml:13:5: step 'danger': only a consent step names an agency"],
    ),
    "a consent that can be skipped": (
        "    agency: police\n",
        "    agency: police\n    skip: true\n",
        ["flows/report.yaml:37:5: step 'consent_police': a consent is answered, SKIP means no already"],
    ),
    "a consent nobody can refuse": (
        CONSENT_NO + '      - {value: no, label: "No"}\n',
        CONSENT_NO,
        ["flows/report.yaml:38:5: step 'consent_police': a consent step needs the choice 'no'"],
    ),
    "a level of consent that is none": (
        'value: with_details, label: "Yes"',
        'value: maybe, label: "Yes"',
        [
            (
                "flows/report.yaml:39:10: step 'consent_police': 'maybe' is not one of with_details,"
                " without_details, no"
            )
        ],
    ),
    "a question after a consent": (
        "  - step: review\n",
        "  - {step: contact, kind: contact, ask: Your number?}\n  - step: review\n",
        [
            (
                "flows/report.yaml:41:5: step 'contact': asks for something after the first consent,"
                " which could not cover it"
            )
        ],
    ),
    "the same agency asked about twice": (
        "  - step: review\n",
        (
            "  - step: consent_again\n    kind: consent\n    agency: police\n    ask: Sure?\n    choices:\n"
            '      - {value: with_details, label: "Yes"}\n      - {value: no, label: "No"}\n'
            "  - step: review\n"
        ),
        ["flows/report.yaml:43:5: step 'consent_again': 'police' is asked about in 'consent_police' too"],
    ),
    "a read-back that is not the last": (
        '      - {value: change, label: "No"}\n',
        '      - {value: change, label: "No"}\n  - {step: more, kind: text, ask: More?}\n',
        [
            "flows/report.yaml:41:5: step 'review': a review step must be the last",
            "flows/report.yaml:47:5: step 'more': a flow ends with a review, a code or an end step",
            (
                "flows/report.yaml:47:5: step 'more': asks for something after the first consent,"
                " which could not cover it"
            ),
        ],
    ),
    "a read-back not always asked": (
        "    kind: review\n",
        "    kind: review\n    when: {is: {danger: no}}\n",
        ["flows/report.yaml:43:5: step 'review': the last step must always be asked"],
    ),
    "a read-back with an answer it has no use for": (
        "value: send",
        "value: finish",
        [
            "flows/report.yaml:44:5: step 'review': a review step needs the choice 'send'",
            "flows/report.yaml:45:10: step 'review': 'finish' is not one of send, more, change",
        ],
    ),
    "a role the report has no word for": (
        "value: witness",
        "value: onlooker",
        [
            (
                "flows/report.yaml:4:5: step 'role': a report needs a step 'role', always asked,"
                " with only the values victim, witness, supporter"
            )
        ],
    ),
}


def test_the_unbroken_files_have_no_faults(folder: Folder) -> None:
    assert folder.faults() == []


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_step_out_of_order_is_one_line(folder: Folder, old: str, new: str, lines: list[str]) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines
