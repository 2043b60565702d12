"""The draft is gone once the report is sealed; what is kept expires by rule, and nothing else does."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Dialect, event

from bot import store
from bot.arrival import Arrival
from bot.keeping import DRAFT_KEPT, ENDED_KEPT, PAUSED_KEPT
from bot.service import LAST_TURN_KEPT, TURN_KEPT, Service
from bot.settings import Settings
from casebridge.keyring import read_keyring
from casebridge.sealing import open_sealed
from tests.making import PHONE, Clock, counts, make_service, make_settings, rows, say, sms
from tests.reporter import REFERENCE, ByService, Reporter
from tests.talk import SHORT_REPORT, TEXTS

pytestmark = pytest.mark.both_databases

STORY = "zimtstern shouted at me outside"
PLACE = "17 Quittengasse, TS18 1AB"
CONTACT = "brombeere@example.org"
SAFE = "only on Mondays, ask for Hollerbusch"
ANSWERS = {"story": STORY, "where": PLACE, "contact_details": CONTACT, "contact_safe": SAFE}
CANARIES = ("zimtstern", "Quittengasse", "TS18", "brombeere", "Hollerbusch")
SECOND = timedelta(seconds=1)


@pytest.fixture
def reporter(service: Service) -> Reporter:
    """Somebody whose next message sends the report."""
    reporter = Reporter(ByService(service), answers=ANSWERS, tells_more=True)
    return reporter.answer_until(reporter.is_ready)


@pytest.fixture
def clock(service: Service) -> Clock:
    return Clock()


@pytest.fixture
def timed(service: Service, clock: Clock) -> Service:
    """The service with a clock the test turns forward."""
    return replace(service, now=clock)


def test_the_draft_holds_the_answers_until_it_is_sent_and_nothing_of_them_after(
    service: Service, reporter: Reporter
) -> None:
    assert [canary for canary in CANARIES if canary not in _readable(service)] == []
    last = sms("1")

    service.receive(last)

    opened = _readable(service) + _said(service, last)
    assert [canary for canary in CANARIES if canary in opened] == []
    assert REFERENCE.search(opened)


def test_the_report_holds_all_that_the_draft_held(
    service: Service, reporter: Reporter, settings: Settings
) -> None:
    service.receive(sms("1"))

    (report,) = rows(service.database)["report"]
    opened = open_sealed(report[2], "case_group", read_keyring(settings).of("case_group"))
    assert [canary for canary in CANARIES if canary not in opened.model_dump_json()] == []


def test_report_deliveries_and_the_end_of_the_draft_are_one_transaction(
    service: Service, reporter: Reporter
) -> None:
    moments: list[str] = []
    engine = service.database.engine
    event.listen(engine, "commit", lambda _: moments.append("commit"))
    for name in ("do_execute", "do_executemany"):
        _watch(engine.dialect, name, moments)

    service.receive(sms("1"))

    written = [moment for moment, _ in groupby(moments) if not moment.startswith(("SELECT", "BEGIN"))]
    last = (
        ["UPDATE conversation SET", "INSERT INTO turn"] if service.database.is_sqlite else ["WITH written AS"]
    )
    sealed = ["INSERT INTO report", "INSERT INTO delivery", "INSERT INTO follow_up"]
    assert written == [*sealed, "UPDATE turn SET", *last, "commit"]


def _watch(dialect: Dialect, name: str, moments: list[str]) -> None:
    """Note how each statement begins before it is handed to the driver."""
    execute = getattr(dialect, name)

    def noted(cursor: object, statement: str, *rest: object) -> None:
        moments.append(" ".join(statement.split()[:3]))
        execute(cursor, statement, *rest)

    setattr(dialect, name, noted)


def test_no_byte_of_the_draft_stays_in_the_sqlite_file(tmp_path: Path) -> None:
    """Neither in clear at any time, nor encrypted once the report is sent."""
    service = make_service(make_settings(tmp_path))
    reporter = Reporter(ByService(service), answers=ANSWERS, tells_more=True)
    drafts: set[bytes] = set()

    def remember() -> bool:
        drafts.update(_boxes(service))
        assert [canary for canary in CANARIES if canary.encode() in _raw(tmp_path)] == []
        return reporter.hears(TEXTS.sent)

    reporter.answer_until(remember)
    kept = {box for box in drafts if box in _boxes(service)}
    service.database.close()
    with sqlite3.connect(tmp_path / "reports.db") as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()

    raw = _raw(tmp_path)
    assert [canary for canary in CANARIES if canary.encode() in raw] == []
    assert {box for box in drafts if box[:48] in raw} == kept


@pytest.mark.parametrize(
    ("talk", "kept"),
    [
        (SHORT_REPORT[:4], DRAFT_KEPT),
        ((*SHORT_REPORT[:4], "later"), PAUSED_KEPT),
        ((*SHORT_REPORT[:4], "stop"), DRAFT_KEPT),
        (SHORT_REPORT, ENDED_KEPT),
        ((*SHORT_REPORT[:4], "delete"), ENDED_KEPT),
        (("english", "3", "delete", "english"), DRAFT_KEPT),
    ],
    ids=["a draft", "put off", "opted out", "sent", "erased", "begun again"],
)
def test_a_conversation_is_kept_for_its_time_and_no_longer(
    timed: Service, clock: Clock, talk: tuple[str, ...], kept: timedelta
) -> None:
    say(timed, *talk)
    said_at = clock.at

    clock.at = said_at + kept - SECOND
    assert _purge(timed, clock) == 0
    assert counts(timed.database)["conversation"] == 1

    clock.at = said_at + kept
    assert _purge(timed, clock) == 1
    assert counts(timed.database) | {"report": 0, "delivery": 0} == dict.fromkeys(counts(timed.database), 0)


def test_the_promised_times_are_the_ones_kept() -> None:
    assert (timedelta(days=7), timedelta(days=14)) == (DRAFT_KEPT, PAUSED_KEPT)
    assert (
        timedelta(hours=72),
        timedelta(hours=48),
        timedelta(hours=24),
    ) == (ENDED_KEPT, TURN_KEPT, LAST_TURN_KEPT)


def test_turns_go_two_days_after_they_were_said_and_the_draft_stays(timed: Service, clock: Clock) -> None:
    say(timed, *SHORT_REPORT[:2])
    clock.pass_(hours=1)
    say(timed, SHORT_REPORT[2])
    clock.at += TURN_KEPT - timedelta(hours=1)

    assert _purge(timed, clock) == 0

    assert counts(timed.database) == {"conversation": 1, "turn": 1, "report": 0, "delivery": 0}
    assert say(timed, "1")


def test_the_reply_with_the_return_code_goes_after_a_day(timed: Service, clock: Clock) -> None:
    say(timed, *SHORT_REPORT[:-1])
    clock.pass_(hours=1)
    last = sms(SHORT_REPORT[-1])
    first = timed.receive(last)
    clock.at += LAST_TURN_KEPT - SECOND
    _purge(timed, clock)
    assert timed.receive(last) == first

    clock.at += SECOND
    _purge(timed, clock)

    bodies = [body for _, _, _, body, _ in rows(timed.database)["turn"]]
    assert set(bodies) == {b""}


def test_what_others_said_is_not_removed_with_it(timed: Service, clock: Clock) -> None:
    say(timed, *SHORT_REPORT[:4], address="+447700900111")
    clock.pass_(days=6)
    say(timed, *SHORT_REPORT[:4])
    clock.pass_(days=1)

    assert _purge(timed, clock) == 1

    ((key, *_),) = rows(timed.database)["conversation"]
    assert key == timed.cipher.hash("sms", PHONE)
    assert counts(timed.database)["turn"] == 4


def test_expiry_never_touches_a_report(timed: Service, clock: Clock) -> None:
    say(timed, *SHORT_REPORT)
    sent = rows(timed.database, "report", "delivery")
    clock.pass_(days=3650)

    _purge(timed, clock)

    assert rows(timed.database, "report", "delivery") == sent


def test_forgetting_a_conversation_leaves_no_row_of_it(service: Service) -> None:
    say(service, *SHORT_REPORT[:4])

    service.forget("sms", PHONE)

    assert set(counts(service.database).values()) == {0}


def _purge(service: Service, clock: Clock) -> int:
    with service.database.begin() as connection:
        return store.purge(connection, clock.at)


def _boxes(service: Service) -> Iterator[bytes]:
    """Every encrypted value there is of conversations."""
    stored = rows(service.database, "conversation", "turn")
    yield from (state for _, _, state, _ in stored["conversation"])
    yield from (body for _, _, _, body, _ in stored["turn"] if body)


def _readable(service: Service) -> str:
    """All that the draft key opens, as one text."""
    states = ((key, state) for key, _, state, _ in rows(service.database)["conversation"])
    opened = [orjson.loads(service.cipher.decrypt(state, key)) for key, state in states]
    return orjson.dumps(opened).decode()


def _said(service: Service, last: Arrival) -> str:
    """Every turn that the last message itself can open: its own."""
    turns = ((key, body) for _, key, _, body, _ in rows(service.database)["turn"] if body)
    opened = [store.open_turn(service.cipher, key, body, last.witness) for key, body in turns]
    return repr(opened)


def _raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("reports.db*")))
