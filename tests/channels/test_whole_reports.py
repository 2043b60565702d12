"""Whole reports: from the first word to the case group's desk, and the reporter who comes back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from bot.service import Service
from bot.settings import Settings
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
from tests.reporter import BySms, ByTelegram, ByWeb, Line, Reporter
from tests.talk import KNOWLEDGE, TEXTS

LANGUAGES = [language.code for language in KNOWLEDGE.phrasebook.languages]
STORY = {"en": "they shouted at me", "pl": "krzyczeli na mnie na ulicy", "ar": "صرخوا في وجهي"}
WAYS: Sequence[Callable[[FlaskClient], Line]] = (ByWeb, BySms, ByTelegram)
Way = Callable[[FlaskClient], Line]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("there", "here"), [(BySms, ByTelegram), (ByTelegram, ByWeb), (ByWeb, BySms)])
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
