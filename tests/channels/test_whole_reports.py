"""Whole reports: from the first word to the case group's desk, and the reporter who comes back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, product

import pytest
from flask.testing import FlaskClient

from bot.service import Service
from bot.settings import Settings
from casebridge.area import read_area
from casebridge.database import Database
from casebridge.desk.cases import acknowledge
from casebridge.desk.sessions import CaseWorker
from casebridge.destinations import open_destinations
from casebridge.keyring import read_keyring
from casebridge.ledger import ledger
from casebridge.report import Report
from casebridge.returncode import new_code, show_code
from casebridge.worker import Worker
from tests.making import rows
from tests.reporter import BySms, ByTelegram, ByWeb, Heard, Line, Reporter
from tests.talk import KNOWLEDGE, TEXTS

LANGUAGES = [language.code for language in KNOWLEDGE.phrasebook.languages]
STORY = dict.fromkeys(LANGUAGES, "they shouted at me") | {
    "pl": "krzyczeli na mnie na ulicy",
    "ar": "صرخوا في وجهي",
}
WAYS: Sequence[Callable[[FlaskClient], Line]] = (ByWeb, BySms, ByTelegram)
Way = Callable[[FlaskClient], Line]


@pytest.mark.both_databases
@pytest.mark.parametrize(("way", "language"), [*product(WAYS, ["en"]), *zip(cycle(WAYS), LANGUAGES[1:])])
def test_a_report_in_any_language_by_any_channel_reaches_the_case_group(
    client: FlaskClient, service: Service, settings: Settings, way: Way, language: str
) -> None:
    reporter = Reporter(way(client), language, {"story": STORY[language]}).report()

    _deliver(service.database, settings)

    (report,) = _handed_over(settings)
    answers = {answer.name: answer.value for answer in report.answers}
    assert (report.reference, report.language) == (reporter.reference, language)
    assert answers["story"] == STORY[language]
    assert answers["role"] == "victim"
    assert {consent.agency: consent.level for consent in report.consents} == dict.fromkeys(
        [consent.agency for consent in report.consents], "with_details"
    )
    with service.database.read() as connection:
        assert ledger(connection).balances


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_the_reporter_hears_on_the_same_channel_that_the_report_is_acknowledged(
    client: FlaskClient, service: Service, settings: Settings, way: Way
) -> None:
    reporter = Reporter(way(client)).report()
    reference = reporter.reference
    reporter.heard = reporter.line.say("?")
    assert reporter.hears(TEXTS.status_received)

    _deliver(service.database, settings)
    _acknowledge(service.database, reference)
    reporter.heard = reporter.line.say("??")

    assert reporter.hears(TEXTS.status_acknowledged)


@pytest.mark.parametrize(
    ("there", "here", "language"),
    [
        (BySms, ByTelegram, "en"),
        (ByTelegram, ByWeb, "pl"),
        (ByWeb, BySms, "ar"),
        (BySms, ByWeb, LANGUAGES[-1]),
    ],
)
def test_the_return_code_tells_on_another_channel_that_the_report_is_acknowledged(
    client: FlaskClient, service: Service, settings: Settings, there: Way, here: Way, language: str
) -> None:
    sent = Reporter(there(client)).report()
    code = sent.code
    _deliver(service.database, settings)
    _acknowledge(service.database, sent.reference)

    back = Reporter(here(client), language, {"role": "returning"})
    back.answer_until(lambda: back.question().name == "code")
    back.heard = back.line.say(code)

    assert back.hears(TEXTS.status_acknowledged)


def test_a_return_code_of_nobody_tells_nothing(client: FlaskClient) -> None:
    Reporter(BySms(client, "+447700900999")).report()
    back = Reporter(BySms(client), answers={"role": "returning"})
    back.answer_until(lambda: back.question().name == "code")

    back.heard = back.line.say(show_code(new_code(bytes(16))))

    assert back.hears(TEXTS.status_unknown)
    assert back.question().name == "code"


def test_a_second_report_from_the_same_phone_is_a_report_of_its_own(
    client: FlaskClient, service: Service
) -> None:
    first = Reporter(BySms(client)).report()
    second = Reporter(first.line)
    second.heard = second.line.say("new")

    second.go_on_until(lambda: second.hears(TEXTS.sent))

    assert {row[0] for row in rows(service.database)["report"]} == {first.reference, second.reference}
    assert first.code != second.code


CALM = {"age": "adult", "repeat": "first", "impact": "none"}
MEDIUM = {"repeat": "daily", "getting_worse": "worse", "impact": "sleep"}
HIGH = {
    "repeat": "daily",
    "getting_worse": "worse",
    "same_people": "yes_know_home",
    "how_many": "many",
    "impact": "want_to_move",
    "support": "none",
    "harder": "language",
    "reported_before": "police",
}
BANDS = re.compile(
    r"\b(urgent|high|medium|standard|routine|band|score|points|priority|triage|flag)\b", re.IGNORECASE
)


@dataclass
class Remembering(BySms):
    """A phone that keeps every message it was sent."""

    received: list[str] = field(default_factory=list)

    def say(self, text: str) -> Heard:
        heard = super().say(text)
        self.received.append(heard.text)
        return heard


@pytest.mark.parametrize(
    ("answers", "band", "reasons"),
    [
        (CALM, "standard", {"at_home"}),
        (CALM | MEDIUM, "medium", {"at_home", "happened_daily", "getting_worse", "effect_some"}),
        (CALM | HIGH, "high", {"at_home", "same_people_know_home", "no_support", "reported_before"}),
        (CALM | {"danger": "unsure"}, "urgent", {"danger_now"}),
        (CALM | {"weapon": "seen"}, "urgent", {"threats_or_weapon"}),
        (CALM | {"self_harm": "yes"}, "urgent", {"self_harm"}),
        (CALM | {"story": "he said he would kill me"}, "urgent", {"words_of_violence"}),
    ],
)
def test_no_text_message_tells_a_reporter_the_band_of_their_report_or_why(
    client: FlaskClient,
    service: Service,
    settings: Settings,
    answers: dict[str, str],
    band: str,
    reasons: set[str],
) -> None:
    phone = Remembering(client)
    Reporter(phone, answers=answers, tells_more=True).report()
    _deliver(service.database, settings)
    phone.say("?")

    said = "\n".join(phone.received)

    (report,) = _handed_over(settings)
    assert (report.urgency, reasons <= set(report.reasons)) == (band, True)
    assert BANDS.findall(said) == []
    assert [reason for reason in _only_for_the_desk() if reason in said] == []


def _only_for_the_desk() -> list[str]:
    """The ids and words of every reason, but those that are an answer's own words."""
    triage = read_area("stockton-on-tees").triage
    answers = {
        choice.label.text for flow in KNOWLEDGE.flows.values() for s in flow.steps for choice in s.choices
    }
    reasons = (*triage.red_flags, *triage.points)
    return [r.id for r in reasons if "_" in r.id] + [r.label for r in reasons if r.label not in answers]


def _deliver(database: Database, settings: Settings) -> None:
    """Let the private tier's worker take everything where it belongs."""
    worker = Worker(database, open_destinations(database, settings), lambda: read_keyring(settings))
    while worker.deliver_due(limit=10):
        pass


def _acknowledge(database: Database, reference: str) -> None:
    someone = CaseWorker("1", "Casey", "case_group")
    acknowledge(database, someone, reference, datetime.now(UTC))


def _handed_over(settings: Settings) -> list[Report]:
    """What the case group's own system finds in its folder."""
    files = (settings.var_dir / "handed-over" / "case_group").glob("*.json")
    return [Report.model_validate_json(file.read_bytes()) for file in files]
