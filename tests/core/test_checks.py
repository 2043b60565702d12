"""One small broken file for every rule, and the exact line that tells its author."""

from datetime import date
from pathlib import Path

import pytest

from bot.check import check
from bot.flowfile import FLOWS

TODAY = date(2026, 11, 22)

REPORT = """\
flow: report
urgent: {is: {danger: yes}}
steps:
  - step: role
    kind: choice
    ask: Who is this about?
    choices:
      - {value: victim, label: Me, words: "myself, i am the victim"}
      - {value: witness, label: Someone else}
      - {value: returning, label: I have a code, flow: return}
  - step: danger
    kind: yes_no
    ask: Is anyone in danger?
    choices:
      - {value: yes, label: "Yes"}
      - {value: no, label: "No"}
  - say: card
    when: {is: {danger: yes}}
    text: Call 999.
  - step: why
    kind: choices
    skip: true
    ask: Why was it?
    choices:
      - {value: race, label: Race}
      - {value: age, label: Age}
  - step: where
    kind: place
    skip: true
    ask: Where was it?
    choices:
      - {value: home, label: At home}
      - {value: street, label: In the street}
  - step: consent_police
    kind: consent
    agency: police
    ask: May the police have it?
    choices:
      - {value: with_details, label: "Yes"}
      - {value: no, label: "No"}
  - step: review
    kind: review
    ask: Shall I send it?
    choices:
      - {value: send, label: "Yes"}
      - {value: change, label: "No"}
"""
RETURN = """\
flow: return
steps:
  - {step: code, kind: code, ask: Your code?}
"""
AREA = """\
area: town
name: Town
agencies:
  - {id: police, name: Police, destinations: [desk]}
services:
  - id: line
    name: The line
    what: listens.
    contact: 0800 1111
    source: a leaflet
    checked_on: "2026-11-01"
    review_by: "2027-02-01"
    confirmed: true
"""
ENGLISH = """\
- {code: en, own_name: English, direction: ltr, formats: en_GB, names: english, review: ours, checked: true}
"""
POLISH = """\
- {code: pl, own_name: Polski, direction: ltr, formats: pl, names: polish, review: draft, checked: false}
"""


class Folder:
    """A whole small set of files to break one thing in."""

    def __init__(self, root: Path) -> None:
        self.flows, self.locales, self.templates = root / "flows", root / "locales", root / "templates"
        self.write("flows/report.yaml", REPORT)
        self.write("flows/return.yaml", RETURN)
        self.write("flows/areas/town.yaml", AREA)
        self.write("flows/texts.yaml", (FLOWS / "texts.yaml").read_text(encoding="utf-8"))
        self.write("locales/languages.yaml", ENGLISH)

    def write(self, name: str, text: str) -> None:
        path = self.flows.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.flows.parent / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, "the test must change exactly one place"
        self.write(name, text.replace(old, new))

    def faults(self) -> list[str]:
        found = check("town", TODAY, flows=self.flows, locales=self.locales, templates=self.templates)
        return [str(fault) for fault in found.faults]

    def warnings(self) -> list[str]:
        found = check("town", TODAY, flows=self.flows, locales=self.locales, templates=self.templates)
        return [str(warning) for warning in found.warnings]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_unbroken_files_have_no_faults(folder: Folder) -> None:
    assert folder.faults() == []


CONSENT_NO = 'ask: May the police have it?\n    choices:\n      - {value: with_details, label: "Yes"}\n'
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
    "an answer that only an unreachable step could have": (
        "  - step: why\n    kind: choices\n",
        "  - step: never\n    kind: yes_no\n    when: {not: {answered: danger}}\n    ask: Really?\n    choices:\n"
        '      - {value: yes, label: "Yes"}\n      - {value: no, label: "No"}\n'
        "  - step: why\n    when: {is: {role: returning}}\n    kind: choices\n",
        [
            "flows/report.yaml:22:5: step 'never': is never reached: no answers make this hold",
            "flows/report.yaml:28:17: step 'why': 'returning' is never the answer to 'role'",
        ],
    ),
    "an answer no choice is left for": (
        "when: {is: {danger: yes}}\n",
        "when: {not: {any: [{is: {danger: yes}}, {is: {danger: no}}]}}\n",
        ["flows/report.yaml:18:5: step 'card': is never reached: no answers make this hold"],
    ),
    "urgent for an unknown step": (
        "urgent: {is: {danger: yes}}",
        "urgent: {is: {threats: yes}}",
        ["flows/report.yaml:2:15: there is no step 'threats'"],
    ),
    "a name used twice": (
        "say: card",
        "say: danger",
        [
            "flows/report.yaml:17:5: step 'danger': this name is used twice",
            "flows/report.yaml:18:17: step 'danger': step 'danger' never holds an answer",
        ],
    ),
    "a name the engine answers to itself": (
        "step: where",
        "step: language",
        ["flows/report.yaml:27:5: step 'language': this name is the engine's own, choose another"],
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
            "flows/report.yaml:36:5: step 'consent_police': the area has no agency 'polic',"
            " did you mean 'police'?",
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
            "flows/report.yaml:39:10: step 'consent_police': 'maybe' is not one of with_details,"
            " without_details, no"
        ],
    ),
    "a question after a consent": (
        "  - step: review\n",
        "  - {step: contact, kind: contact, ask: Your number?}\n  - step: review\n",
        [
            "flows/report.yaml:41:5: step 'contact': asks for something after the first consent,"
            " which could not cover it"
        ],
    ),
    "the same agency asked about twice": (
        "  - step: review\n",
        "  - step: consent_again\n    kind: consent\n    agency: police\n    ask: Sure?\n    choices:\n"
        '      - {value: with_details, label: "Yes"}\n      - {value: no, label: "No"}\n  - step: review\n',
        ["flows/report.yaml:43:5: step 'consent_again': 'police' is asked about in 'consent_police' too"],
    ),
    "a read-back that is not the last": (
        '      - {value: change, label: "No"}\n',
        '      - {value: change, label: "No"}\n  - {step: more, kind: text, ask: More?}\n',
        [
            "flows/report.yaml:41:5: step 'review': a review step must be the last",
            "flows/report.yaml:47:5: step 'more': a flow ends with a review or a code step",
            "flows/report.yaml:47:5: step 'more': asks for something after the first consent,"
            " which could not cover it",
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
            "flows/report.yaml:45:10: step 'review': 'finish' is not one of send, change",
        ],
    ),
    "a role the report has no word for": (
        "value: witness",
        "value: onlooker",
        [
            "flows/report.yaml:4:5: step 'role': a report needs a step 'role', always asked,"
            " with only the values victim, witness, supporter"
        ],
    ),
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
            "flows/report.yaml:30:5: step 'where': '’' makes a text message take twice the parts,"
            " write it in plain letters and signs"
        ],
    ),
    "a hidden character": (
        "ask: Where was it?",
        "ask: Where\u200b was it?",
        [
            "flows/report.yaml:30:5: step 'where': '\\u200b' makes a text message take twice the parts,"
            " write it in plain letters and signs",
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
    "an unknown key": (
        "    kind: place\n",
        "    kind: place\n    hepl: me\n",
        ["flows/report.yaml:29:5: step 'where': hepl: extra inputs are not permitted"],
    ),
    "two conditions in one": (
        "when: {is: {danger: yes}}",
        "when: {is: {danger: yes}, answered: role}",
        ["flows/report.yaml:18:5: step 'card': when: must be one of is, any, all, not, answered"],
    ),
    "no YAML": (
        "flow: report\n",
        "flow: [report\n",
        ["flows/report.yaml:2:7: expected ',' or ']', but got ':'"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_fault_in_a_flow_is_one_line(folder: Folder, old: str, new: str, lines: list[str]) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines
