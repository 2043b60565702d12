"""A flow on paper: its conditions in words, as a diagram and as a script to print."""

import re
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

from bot.core.flow import All, Answered, Any, Condition, Is, Not
from bot.diagram import draw
from bot.flowfile import Script, read_script
from bot.paper import Paper
from bot.script import write_script
from tests.papers import papers

WHO = "“Reporting for” (1)"
CONDITIONS: dict[str, tuple[Condition, str]] = {
    "one of a list": (Is("danger", "yes"), "“Danger now” (2) is “Yes”"),
    "among several": (Is("why", "age"), "“Why” (5) includes “Age”"),
    "not": (Not(Is("danger", "yes")), "“Danger now” (2) is not “Yes”"),
    "a place in their own words": (
        Is("where", "described"),
        "“Where” (6) was answered in their own words",
    ),
    "a day": (Is("when", "day"), "“When” (7) was answered"),
    "answered": (Answered("story"), "“What happened” (4) was answered"),
    "not answered": (Not(Answered("story")), "“What happened” (4) was not answered"),
    "two values of one question": (
        Any((Is("role", "witness"), Is("role", "supporter"))),
        f'{WHO} is “Someone "else"” or “A client”',
    ),
    "two questions": (
        Any((Is("danger", "yes"), Is("why", "age"))),
        "“Danger now” (2) is “Yes” or “Why” (5) includes “Age”",
    ),
    "an or within an and": (
        All((Any((Is("role", "witness"), Is("role", "supporter"))), Is("danger", "no"))),
        f'({WHO} is “Someone "else"” or “A client”) and “Danger now” (2) is “No”',
    ),
    "none of several": (
        Not(Any((Is("danger", "yes"), Is("noticed", "self_harm")))),
        "none of this holds: “Danger now” (2) is “Yes”; they spoke of harming themselves",
    ),
}


@pytest.mark.parametrize(("condition", "words"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_said_in_words(tmp_path: Path, condition: Condition, words: str) -> None:
    english, _ = papers(tmp_path)

    assert english.condition(condition) == words


def test_a_language_that_is_not_offered_is_refused_by_name(tmp_path: Path) -> None:
    english, _ = papers(tmp_path)
    script_read = _script(tmp_path)

    with pytest.raises(click.UsageError, match="language 'xx' is not on offer, only en, ar"):
        Paper.of(script_read, english.phrasebook, "report", "xx")


def test_a_flow_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    english, _ = papers(tmp_path)

    with pytest.raises(click.UsageError, match="there is no flow 'repot', only report, return"):
        Paper.of(_script(tmp_path), english.phrasebook, "repot", "en")


# --- the diagram -------------------------------------------------------------------------------

LABEL = r"\"[^\"\[\]{}()|`<>]*(?:<br/>[^\"\[\]{}()|`<>]*)?\""
NODE = re.compile(
    rf"  \w+(\[{LABEL}\]|\(\[{LABEL}\]\)|\({LABEL}\)|\(\({LABEL}\)\)|\{{\{{{LABEL}\}}\}}|\[/{LABEL}/\])"
)
ARROW = re.compile(rf"  \w+ (-->|-\.->)(\|{LABEL}\|)? \w+")


@pytest.mark.parametrize("language", [0, 1])
def test_every_line_of_a_diagram_is_a_node_or_an_arrow_with_a_quoted_label(
    tmp_path: Path, language: int
) -> None:
    head, *lines = draw(papers(tmp_path)[language]).splitlines()

    assert head == "flowchart TD"
    assert [line for line in lines if not (NODE.fullmatch(line) or ARROW.fullmatch(line))] == []


def test_every_arrow_of_a_diagram_joins_two_nodes_and_every_node_is_reached(tmp_path: Path) -> None:
    lines = draw(papers(tmp_path)[0]).splitlines()[1:]
    nodes = {
        match[1]
        for line in lines
        if not re.search(r" -(-|\.-)>", line) and (match := re.match(r"  (\w+)", line))
    }
    arrows = [(line.split()[0], line.split()[-1]) for line in lines if re.search(r" -(-|\.-)>", line)]

    assert {name for arrow in arrows for name in arrow} == nodes
    assert {after for _, after in arrows} == nodes - {"start"}


def test_a_diagram_shows_conditions_and_where_choices_lead(tmp_path: Path) -> None:
    lines = [line.strip() for line in draw(papers(tmp_path)[0]).splitlines()]

    shown = [line for line in lines if re.search(r"s_danger( |$)|come_back|returning", line)]
    assert shown == [
        's_role_returning(["goes on in: return"])',
        's_role -.->|"I have a code"| s_role_returning',
        "s_role --> s_danger",
        's_danger -->|"“Danger now” #40;2#41; is “Yes”"| s_card',
        's_go_on_come_back(["stops here for now"])',
        's_go_on -.->|"Come back"| s_go_on_come_back',
        's_danger -->|"otherwise"| s_story',
    ]


# --- the script --------------------------------------------------------------------------------


class _Page(HTMLParser):
    """The headings and the plain text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root: dict[str, str | None] = {}
        self.headings: list[str] = []
        self.text: list[str] = []
        self.loads: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "style")]
        if tag == "html":
            self.root = dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._inside in ("h1", "h2") and data.strip():
            self.headings.append(data.strip())
        if self._inside != "style" and data.strip():
            self.text.append(" ".join(data.split()))


def test_a_script_holds_every_question_by_number_and_what_is_said(tmp_path: Path) -> None:
    page = _Page(write_script(papers(tmp_path)[0]))

    assert page.headings == [
        "Script: report",
        "Say this",
        "1. Reporting for",
        "2. Danger now",
        "Say this",
        "3. Go on?",
        "4. What happened",
        "5. Why",
        "6. Where",
        "7. When",
        "8. Police",
        "9. Shall I send it?",
    ]


def test_a_script_says_when_a_question_is_asked_and_what_helps(tmp_path: Path) -> None:
    page = _Page(write_script(papers(tmp_path)[0]))

    told = ("Ask only if", "Say only if", "If it was not", "May be left", "More than one", "(")
    assert [line for line in page.text if line.startswith(told)] == [
        "(goes on in: return)",
        "Say only if: “Danger now” (2) is “Yes”",
        "Ask only if: “Danger now” (2) is “Yes”",
        "(stops here for now)",
        "If it was not understood: Any words will do.",
        "May be left unanswered.",
        'Ask only if: “Reporting for” (1) is “Me [myself]” or “Someone "else"”',
        "More than one may be chosen.",
        "May be left unanswered.",
        "Ask only if: “Reporting for” (1) is not “Me [myself]”",
        (
            "Ask only if: (“Where” (6) is “At home”, “Where” (6) was answered in their own words"
            " or “Why” (5) includes “Age”), “What happened” (4) was answered"
            " and (none of this holds: they called for help; “Danger now” (2) is “Yes”)"
        ),
    ]


def test_a_script_runs_in_the_direction_of_its_language_and_says_who_checked_it(tmp_path: Path) -> None:
    english, arabic = (_Page(write_script(paper)) for paper in papers(tmp_path))

    assert (english.root, arabic.root) == ({"lang": "en", "dir": "ltr"}, {"lang": "ar", "dir": "rtl"})
    assert "عمّن البلاغ؟" in arabic.text
    machine = "This translation was made by a machine and has not yet been checked by a person."
    assert (machine in english.text, machine in arabic.text) == (False, True)


def test_a_script_loads_nothing_and_shows_signs_as_they_are(tmp_path: Path) -> None:
    page = _Page(write_script(papers(tmp_path)[0]))

    assert page.loads == []
    assert 'Someone "else"' in page.text


def _script(root: Path) -> Script:
    return read_script("town", root / "flows")
