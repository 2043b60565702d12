"""The tiers law: whoever has the whole public tier reads no submitted report."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot import store
from bot.service import LAST_TURN_KEPT, Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge.keyring import read_keyring
from casebridge.sealing import open_sealed
from tests.adversary import Adversary
from tests.making import (
    PHONE,
    make_app,
    make_settings,
    method_of,
    post_telegram,
    rows,
    service_of,
    sms,
    telegram_message,
)
from tests.reporter import CODE, BySms, ByTelegram, ByWeb, Line, Reporter

STORY = "zimtstern shouted at me outside"
CANARIES = (b"zimtstern", b"Quittengasse", b"brombeere", b"Hollerbusch")
ANSWERS = {
    "story": STORY,
    "where": "17 Quittengasse, TS18 1AB",
    "contact_details": "brombeere@example.org",
    "contact_safe": "only on Mondays, ask for Hollerbusch",
}
CHAT = 5001
KEPT = "hello, my return code is {}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path / "var", database_url)


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    app = make_app(settings)
    yield app.test_client()
    service_of(app).database.close()


@pytest.fixture
def service(client: FlaskClient) -> Service:
    return service_of(client.application)


@pytest.fixture
def loot(tmp_path: Path) -> Path:
    """Where whoever takes the public tier puts what they took."""
    return tmp_path / "loot"


@pytest.mark.both_databases
@pytest.mark.parametrize("way", [ByWeb, BySms, ByTelegram])
def test_with_the_whole_public_tier_no_submitted_report_can_be_read(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, way: Callable[[FlaskClient], Line]
) -> None:
    reporter = Reporter(way(client), answers=ANSWERS, tells_more=True).report()

    adversary = Adversary.take(settings, service.database, loot)
    adversary.knows += [PHONE, str(CHAT), reporter.reference]
    read = adversary.read()

    assert reporter.reference.encode() in read
    assert [canary for canary in CANARIES if canary in read] == []
    assert reporter.code.encode() not in read
    assert _as_the_case_group(settings, service).count(STORY) == 1  # it is there, for those it is for


@pytest.mark.parametrize("way", [ByWeb, BySms, ByTelegram])
def test_asking_how_far_the_report_has_come_gives_nothing_of_it_away(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, way: Callable[[FlaskClient], Line]
) -> None:
    reporter = Reporter(way(client), answers=ANSWERS).report()
    code = reporter.code
    reporter.line.say("hello")

    read = Adversary.take(settings, service.database, loot).read()

    assert [canary for canary in CANARIES if canary in read] == []
    assert code.encode() not in read


@pytest.mark.parametrize("way", [ByWeb, BySms, ByTelegram])
def test_a_return_code_that_is_given_back_to_us_is_not_there_to_be_found(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, way: Callable[[FlaskClient], Line]
) -> None:
    """Nor one with a slip in it, from which it could be guessed."""
    code = Reporter(BySms(client, "+447700900999"), answers=ANSWERS).report().code
    slip = f"{code[:-1]}{(int(code[-1]) + 1) % 10}"
    back = Reporter(way(client), answers={"role": "returning"})
    back.answer_until(lambda: back.question().name == "code")

    for text in (slip, f"my code is {slip}", code, f"my code is {code} thank you", f"hello {code}"):
        back.heard = back.line.say(text)

    read = Adversary.take(settings, service.database, loot).read()
    assert [canary for canary in (*CANARIES, code.encode(), slip.encode()) if canary in read] == []


@pytest.mark.parametrize("text", ["{}", "code: {}", KEPT])
def test_a_return_code_in_the_very_first_message_is_not_there_to_be_found(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, text: str
) -> None:
    code = Reporter(BySms(client), answers=ANSWERS).report().code

    BySms(client, "+447700900999").say(text.format(code))

    read = Adversary.take(settings, service.database, loot).read()
    assert [canary for canary in (*CANARIES, code.encode()) if canary in read] == []


@pytest.mark.parametrize("way", [ByWeb, BySms, ByTelegram])
def test_the_code_of_a_draft_is_not_there_to_be_found_though_the_draft_can_be_read(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, way: Callable[[FlaskClient], Line]
) -> None:
    """Whoever has the database and the draft key reads drafts; they cannot take one over by its code."""
    reporter = Reporter(way(client), answers=ANSWERS)
    reporter.answer_until(lambda: "why" in reporter.asked)
    code = CODE.findall(reporter.line.say("later").text)[-1]

    read = Adversary.take(settings, service.database, loot).read()

    assert code.encode() not in read
    assert code.replace(".", "").encode() not in read
    assert b"zimtstern" in read


def test_the_code_of_a_draft_that_was_taken_up_is_not_there_to_be_found(
    client: FlaskClient, service: Service, settings: Settings, loot: Path
) -> None:
    reporter = Reporter(BySms(client), answers=ANSWERS)
    reporter.answer_until(lambda: "why" in reporter.asked)
    code = CODE.findall(reporter.line.say("later").text)[-1]
    back = Reporter(ByWeb(client)).begin()

    back.line.say(f"my code is {code}")

    read = Adversary.take(settings, service.database, loot).read()
    assert [each for each in (code, code.replace(".", "")) if each.encode() in read] == []


def test_the_adversary_reads_a_draft_which_is_why_it_is_erased(
    client: FlaskClient, service: Service, settings: Settings, loot: Path
) -> None:
    """Holds the adversary to its work: a law about one who cannot read anything would say nothing."""
    reporter = Reporter(BySms(client), answers=ANSWERS, tells_more=True)
    reporter.answer_until(reporter.is_ready)

    read = Adversary.take(settings, service.database, loot).read()

    assert [canary for canary in CANARIES if canary not in read] == []


@pytest.mark.parametrize("learns", ["the return code", "the provider's number of the last message"])
def test_the_adversary_reads_the_report_of_whoever_tells_them(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, learns: str
) -> None:
    reporter = Reporter(BySms(client), answers=ANSWERS, tells_more=True)
    reporter.answer_until(reporter.is_ready)
    last = sms("1")
    code = CODE.findall(as_text(service.receive(last)))[0]

    adversary = Adversary.take(settings, service.database, loot)
    adversary.knows.append(code if learns == "the return code" else last.message_id)

    assert [canary for canary in CANARIES if canary not in adversary.read()] == []


def test_a_last_answer_typed_on_telegram_is_as_secret_as_its_update_and_for_a_day_only(
    client: FlaskClient, service: Service, settings: Settings, loot: Path, tmp_path: Path
) -> None:
    """Where our promise is weaker, kept here so that nobody forgets it.

    A pressed button brings back a token that is stored nowhere. A typed "1" brings only numbers
    that Telegram counts up and the time: with the public tier's keys they can be tried one by
    one until they open the reply that holds the return code. It is removed after 24 hours.
    """
    reporter = Reporter(ByTelegram(client), answers=ANSWERS)
    reporter.answer_until(reporter.is_ready)
    typed = telegram_message("1", CHAT)
    sent = method_of(post_telegram(client, typed))
    moment = datetime.fromtimestamp(typed["message"]["date"], UTC)
    guessed = f"{typed['update_id']}:{CHAT}:{typed['message']['message_id']}:{moment}:1"

    adversary = Adversary.take(settings, service.database, loot)
    assert [canary for canary in CANARIES if canary in adversary.read()] == []
    adversary.knows.append(guessed)
    assert CODE.findall(sent["text"])[0].encode() in adversary.read()

    with service.database.begin() as connection:
        store.purge(connection, datetime.now(UTC) + LAST_TURN_KEPT)
    later = Adversary.take(settings, service.database, tmp_path / "later")
    later.knows.append(guessed)
    assert [canary for canary in CANARIES if canary in later.read()] == []


def test_no_file_of_the_public_tier_is_a_private_key(settings: Settings) -> None:
    taken = {path.read_bytes() for path in settings.public_keys.rglob("*") if path.is_file()}
    held = {path.read_bytes() for path in settings.private_keys.rglob("*") if path.is_file()}

    assert taken.isdisjoint(held)
    assert not any(b"PRIVATE" in content for content in taken)


def _as_the_case_group(settings: Settings, service: Service) -> str:
    (report,) = rows(service.database)["report"]
    keys = read_keyring(settings).of("case_group")
    return open_sealed(report[2], "case_group", keys).model_dump_json()
