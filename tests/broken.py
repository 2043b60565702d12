"""A whole small set of flows, texts and catalogues to break one thing in."""

import re
from datetime import date
from pathlib import Path

from bot.catalogues import update_catalogues
from bot.check import Findings, check
from bot.flowfile import FLOWS

TODAY = date(2026, 11, 22)
PO = "locales/pl/LC_MESSAGES/messages.po"

REPORT = """\
flow: report
# As short as a flow can be that makes a report.
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
    confidence: confirmed
    told: last
    always_open: true
    who_for: everyone
    cost: free
    hours: always
    languages: any
    owner: The team
triage:
  bands: {high: 3, medium: 2}
  red_flags:
    - {id: danger_now, label: In danger now, when: {is: {danger: yes}}}
  points:
    - {id: no_danger, question: danger, points: 3, label: Out of danger, when: {is: {danger: no}}}
"""
DICTIONARY = """\
reporter_role: {type: enum, purpose: Whose voice it is, asked: [report.role]}
risk: {type: enum, purpose: Orders the queue, derived: red flags, from: [report.danger]}
outcome: {type: enum, purpose: How it ended, staff: set at the desk}
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
        self.write("flows/dictionary.yaml", DICTIONARY)
        for name in ("texts.yaml", "wording.yaml"):
            self.write(f"flows/{name}", (FLOWS / name).read_text(encoding="utf-8"))
        self.write("locales/languages.yaml", ENGLISH)

    def write(self, name: str, text: str) -> None:
        path = self.flows.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.flows.parent / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, "the test must change exactly one place"
        self.write(name, text.replace(old, new))

    def findings(self) -> Findings:
        return check("town", TODAY, flows=self.flows, locales=self.locales, templates=self.templates)

    def faults(self) -> list[str]:
        return [str(fault) for fault in self.findings().faults]

    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.findings().warnings]

    def line_of(self, name: str, text: str) -> int:
        """Return the line of the key a text stands under."""
        lines = (self.flows.parent / name).read_text(encoding="utf-8").split("\n")
        at = next(number for number, line in enumerate(lines) if text in line)
        while lines[at].startswith(" "):
            at -= 1
        return at + 1

    def add_polish(self) -> None:
        """Add a second language whose catalogue is complete: it says the English again."""
        self.write("locales/languages.yaml", ENGLISH + POLISH)
        self.update_catalogues()
        catalogue = (self.flows.parent / PO).read_text(encoding="utf-8")
        said_again = re.sub(r'msgid ((?:".*"\n)+)msgstr ""\n', r"msgid \1msgstr \1", catalogue)
        self.write(PO, said_again)

    def update_catalogues(self) -> None:
        update_catalogues(self.flows, self.locales, self.templates)
