"""A small flow that holds everything staff papers have to show, in two languages."""

from pathlib import Path

from bot.core.phrases import Language, Phrasebook
from bot.flowfile import read_script
from bot.paper import Paper
from tests.broken import Folder

FLOW = """\
flow: report
steps:
  - say: welcome
    text: Hello.
  - step: role
    kind: choice
    title: Reporting for
    ask: Who is this about?
    choices:
      - {value: victim, label: "Me [myself]"}
      - {value: witness, label: 'Someone "else"'}
      - {value: supporter, label: A client}
      - {value: returning, label: I have a code, flow: return}
  - step: danger
    kind: yes_no
    title: Danger now
    ask: Is anyone in danger?
    choices:
      - {value: yes, label: "Yes"}
      - {value: no, label: "No"}
  - say: card
    when: {is: {danger: yes}}
    text: Call 999.
  - step: go_on
    kind: choice
    when: {is: {danger: yes}}
    ask: Go on?
    choices:
      - {value: go_on, label: Go on}
      - {value: come_back, label: Come back, later: true}
  - step: story
    kind: story
    title: What happened
    skip: true
    help: Any words will do.
    ask: What happened?
  - step: why
    kind: choices
    title: Why
    when: {any: [{is: {role: victim}}, {is: {role: witness}}]}
    ask: Why was it?
    choices:
      - {value: race, label: Race}
      - {value: age, label: Age}
  - step: where
    kind: place
    title: Where
    skip: true
    ask: Where was it?
    choices:
      - {value: home, label: At home}
      - {value: street, label: In the street}
  - step: when
    kind: date
    title: When
    ask: When was it?
    when: {not: {is: {role: victim}}}
    choices:
      - {value: today, label: Today}
  - step: consent_police
    kind: consent
    agency: police
    title: Police
    when:
      all:
        - any: [{is: {where: home}}, {is: {where: described}}, {is: {why: age}}]
        - answered: story
        - not: {any: [{is: {noticed: now}}, {is: {danger: yes}}]}
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

ENGLISH = Language("en", "English", "ltr", "en_GB", (), checked=True)
ARABIC = Language("ar", "العربية", "rtl", "ar", (), checked=False)
IN_ARABIC = {
    ("report.role.ask", "Who is this about?"): "عمّن البلاغ؟",
    ("report.danger.yes.label", "Yes"): "نعم",
}


def papers(root: Path, flow: str = FLOW) -> tuple[Paper, ...]:
    """Return the small flow on paper, in English and in Arabic."""
    folder = Folder(root)
    folder.write("flows/report.yaml", flow)
    script = read_script("town", folder.flows)
    phrasebook = Phrasebook((ENGLISH, ARABIC), {"ar": IN_ARABIC})
    return tuple(Paper.of(script, phrasebook, "report", code) for code in ("en", "ar"))
