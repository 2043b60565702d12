"""Many at once: everybody's report is taken, later ones are marked, return codes are not tried fast."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from bot.arrival import Arrival
from bot.budgets import Who
from bot.pacing import LONGEST_SECONDS, SLEEPERS, Pacing
from bot.service import Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge.keyring import read_keyring
from casebridge.ledger import ledger
from casebridge.outbox import envelope_of
from casebridge.report import Pace
from casebridge.returncode import code_keys, new_code, show_code
from casebridge.sealing import open_sealed, open_with_code
from tests.making import Ticks, make_service, make_settings, rows
from tests.reporter import CODE, REFERENCE
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS

LIBRARY = "203.0.113.7"
WRONG = show_code(new_code(bytes(16)))


@dataclass
class Town:
    """A service whose clock for budgets is ours, and the people who write to it."""

    service: Service
    settings: Settings
    ticks: Ticks

    def hears(self, *texts: str, address: str, network: str = LIBRARY, channel: str = "web") -> str:
        """Say one thing after the other; return what is heard last."""
        heard = ""
        for text in texts:
            arrival = Arrival(channel, address, uuid4().hex, witness=address, text=text, network=network)
            heard = as_text(self.service.receive(arrival))
        return heard

    def paces(self) -> dict[str, tuple[Pace, ...]]:
        """What the case group's view of each report is marked with, by reference."""
        keys = read_keyring(self.settings).of("case_group")
        found = rows(self.service.database, "report")["report"]
        return {row[0]: open_sealed(row[2], "case_group", keys).pace for row in found}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """On SQLite alone: what is counted here never reaches a database."""
    settings, ticks = make_settings(tmp_path), Ticks()
    made = make_service(settings)
    yield Town(replace(made, pacing=Pacing(ticks, ticks.sleep)), settings, ticks)
    made.database.close()


def test_five_hundred_reports_in_an_hour_sixty_of_them_from_one_library_are_all_taken(town: Town) -> None:
    references = []
    for number in range(500):
        town.ticks.at += 10 if number < 60 else 6.8
        network = LIBRARY if number < 60 else f"198.51.{number // 250}.{number % 250}"
        heard = town.hears(*SHORT_REPORT, address=f"chat {number}", network=network)
        references += REFERENCE.findall(heard)

    paces = town.paces()
    marks = [paces[reference] for reference in references]
    assert town.ticks.slept == []
    assert len(paces) == 500
    with town.service.database.read() as connection:
        assert ledger(connection).balances
    assert (marks[:20], marks[59]) == ([()] * 20, (Pace.ADDRESS,))
    assert (marks[60], marks[499]) == ((), (Pace.DEPLOYMENT,))
    assert 300 < marks.count((Pace.DEPLOYMENT,)) < 400


def test_a_conversation_that_sends_two_hundred_messages_a_minute_is_slowed_marked_and_taken(
    town: Town,
) -> None:
    for _ in range(200):
        town.ticks.at += 0.3
        town.hears("hello", address="fast")
    assert town.ticks.slept[-1] <= LONGEST_SECONDS

    fast = town.hears(*SHORT_REPORT, address="fast")
    calm = town.hears(*SHORT_REPORT, address="calm")

    (by_fast,), (by_calm,) = REFERENCE.findall(fast), REFERENCE.findall(calm)
    assert town.paces() == {by_fast: (Pace.CONVERSATION,), by_calm: ()}


def test_nobody_but_the_case_group_has_the_mark_not_even_the_reporter(town: Town) -> None:
    for number in range(21):
        heard = town.hears(*SHORT_REPORT, address=f"chat {number}")

    keys = code_keys(CODE.findall(heard)[0].replace(".", ""), town.service.recipients.pepper)
    with town.service.database.read() as connection:
        envelope = envelope_of(connection, keys.id)
    assert envelope is not None
    assert town.paces()[REFERENCE.findall(heard)[0]] == (Pace.ADDRESS,)
    assert open_with_code(envelope, keys.key).pace == ()


def test_ten_thousand_wrong_codes_cannot_be_tried_quickly_and_no_code_is_ever_locked(town: Town) -> None:
    """A hundred are tried here in as many chats; what the rest would take follows from these."""
    (code,) = CODE.findall(town.hears(*SHORT_REPORT, address="reporter"))
    began = town.ticks.at
    for number in range(100):
        heard = town.hears("english", WRONG, address=f"chat {number}")
        assert KNOWLEDGE.phrasebook.text(TEXTS.status_unknown, "en") in heard
    hours = (town.ticks.at - began) / 100 * 10_000 / 3600
    town.ticks.slept.clear()

    at_home = town.hears("english", code, address="back", network="192.0.2.1")
    waited_at_home = list(town.ticks.slept)
    here = town.hears("english", code, address="back too")

    received = KNOWLEDGE.phrasebook.text(TEXTS.status_received, "en")
    assert hours > 2
    assert [received in at_home, received in here] == [True, True]
    assert (waited_at_home, town.ticks.slept) == ([], [LONGEST_SECONDS])


def test_a_code_that_is_not_looked_for_because_others_wait_is_asked_for_again(town: Town) -> None:
    (code,) = CODE.findall(town.hears(*SHORT_REPORT, address="reporter"))
    heard: list[str] = []

    def another_code(_: float) -> None:
        """While one waits another chat sends the code, until no more may wait."""
        heard.append(town.hears("english", code, address=f"waiting {uuid4()}"))

    town = replace(town, service=replace(town.service, pacing=Pacing(town.ticks, another_code)))
    for number in range(21):
        town.hears("english", WRONG, address=f"chat {number}")

    received, busy = (
        KNOWLEDGE.phrasebook.text(phrase, "en") for phrase in (TEXTS.status_received, TEXTS.code_not_tried)
    )
    assert [(received in text, busy in text) for text in heard] == [(False, True)] + [(True, False)] * (
        SLEEPERS - 1
    )


def test_a_message_that_is_taken_again_because_another_was_first_tries_one_code(town: Town) -> None:
    waited: list[str] = []

    def another_message(_: float) -> None:
        waited.append(town.hears("HELP", address="here"))

    town = replace(town, service=replace(town.service, pacing=Pacing(town.ticks, another_message)))
    town.hears("english", address="here")
    for number in range(20):
        town.hears("english", WRONG, address=f"chat {number}")

    heard = town.hears(WRONG, address="here")

    assert KNOWLEDGE.phrasebook.text(TEXTS.status_unknown, "en") in heard
    assert len(waited) == 1


def test_a_report_that_is_taken_again_because_another_message_was_first_counts_once(town: Town) -> None:
    """Five of a conversation are unmarked; this is its fifth, and is sent when the clock is looked at."""
    due: list[Callable[[], object]] = []

    def clock() -> float:
        if due:
            due.pop(0)()
        return town.ticks()

    pacing = Pacing(clock)
    town = replace(town, service=replace(town.service, pacing=pacing))
    *before, last = SHORT_REPORT
    town.hears(*before, address="here", network="")
    key = town.service.cipher.hash("web", "here")
    for _ in range(4):
        pacing.report(Who(key, None, "web"))
    due += [int, lambda: town.hears("HELP", address="here")]  # at the message's budget, at the report's

    heard = town.hears(last, address="here", network="")

    assert due == []
    assert town.paces() == {REFERENCE.findall(heard)[0]: ()}
