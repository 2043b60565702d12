"""Another council adopts the service by one file: tests/areas/saltmarsh.yaml, a place that does not exist."""

from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import pytest

from bot.check import check
from bot.core.conversation import Inbound
from bot.core.effects import Submit
from bot.flowfile import FLOWS, areas
from bot.knowing import read_knowledge
from bot.transcript import CODE, REFERENCE, Talk
from casebridge.area import read_area
from casebridge.report import Report
from casebridge.routing import views
from tests.broken import ENGLISH, TODAY
from tests.talk import NOON, SHORT_REPORT

SALTMARSH = Path(__file__).parent.parent / "areas" / "saltmarsh.yaml"


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """The shipped flows with no area but Saltmarsh."""
    folder = tmp_path / "flows"
    copytree(FLOWS, folder, ignore=ignore_patterns("areas"))
    (folder / "areas").mkdir()
    copy(SALTMARSH, folder / "areas")
    return folder


def report_a_hate_incident(flows: Path) -> tuple[Report, str]:
    """Make the short report in Saltmarsh; return it, with the last that is said."""
    talk = Talk.begin(read_knowledge("saltmarsh", flows), "sms")
    for text in SHORT_REPORT:
        messages, effects = talk.say(Inbound(text, NOON, reference=REFERENCE, code=CODE))
    (report,) = (effect.report for effect in effects if isinstance(effect, Submit))
    return report, "\n".join(message.text for message in messages)


def test_one_file_is_the_whole_of_another_area(flows: Path, tmp_path: Path) -> None:
    locales = tmp_path / "locales"
    locales.mkdir()
    (locales / "languages.yaml").write_text(ENGLISH, encoding="utf-8")

    findings = check("saltmarsh", TODAY, flows=flows, locales=locales)

    assert areas(flows) == ("saltmarsh",)
    assert [str(fault) for fault in findings.faults] == []
    assert [str(warning) for warning in findings.warnings] == []


def test_a_report_made_in_another_area_is_that_areas(flows: Path) -> None:
    report, _ = report_a_hate_incident(flows)

    assert report.area == "saltmarsh"


def test_a_report_made_in_another_area_goes_to_its_own_agencies(flows: Path) -> None:
    area = read_area("saltmarsh", flows / "areas")

    report, _ = report_a_hate_incident(flows)

    assert [area.agency(agency).name for agency in views(report, area)] == ["Saltmarsh hate crime panel"]


def test_who_reports_in_another_area_is_told_of_its_own_services(flows: Path) -> None:
    _, heard = report_a_hate_incident(flows)

    assert heard.split("Help you can have now:\n")[1].split("\n")[:3] == [
        "Fen Racial Equality: for people who met racism. 01632 960001",
        "Saltmarsh Victim Care: for anyone hurt by crime here. 01632 960002",
        ("Fen Night Line: someone to talk to, day and night. 01632 960003 (Please check first.)"),
    ]
