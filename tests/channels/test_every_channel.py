"""What every channel does alike. A new one is tested by its line in CHANNELS and one in WAYS.

E-mail stands here for a channel somebody adds: tests/channels/mail_channel.py.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.channels import CHANNELS
from bot.service import Service
from bot.settings import Settings
from casebridge.database import Database
from casebridge.keyring import read_keyring
from casebridge.sealing import open_sealed
from tests.channels.ways import ENTRIES, NAMES, WAYS
from tests.making import PUBLIC_URL, counts, make_app, make_settings, rows, service_of
from tests.reporter import Reporter
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS

AT_ONCE = 4


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = make_app(settings, channels=ENTRIES)
    yield made
    service_of(made).database.close()


def test_every_channel_is_tried_here() -> None:
    assert list(WAYS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_whoever_comes_first_is_shown_every_language_in_its_own_words(client: FlaskClient, name: str) -> None:
    if name == "web":
        shown = client.get("/", base_url=PUBLIC_URL)
    else:
        shown = WAYS[name].send(client, "hello", "first")

    languages = KNOWLEDGE.phrasebook.languages
    assert shown.status_code == 200
    assert [it.code for it in languages if it.own_name not in _text(shown)] == []


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_a_whole_report_is_sealed_and_says_how_it_came(
    client: FlaskClient, service: Service, settings: Settings, name: str
) -> None:
    reporter = Reporter(WAYS[name].line(client)).report()

    (row,) = rows(service.database, "report")["report"]
    report = open_sealed(row[2], "case_group", read_keyring(settings).of("case_group"))
    assert (report.reference, report.channel) == (reporter.reference, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_sent_again_is_answered_the_same_and_moves_nothing(
    client: FlaskClient, service: Service, name: str
) -> None:
    first = WAYS[name].begin(client)
    before = rows(service.database)

    again = WAYS[name].begin(client)

    assert len(before["turn"]) == 1
    assert rows(service.database) == before
    assert (again.status_code, _answer(again, name)) == (first.status_code, _answer(first, name))


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_the_message_that_sent_the_report_sent_again_sends_no_other(
    client: FlaskClient, service: Service, name: str
) -> None:
    for number, text in enumerate(SHORT_REPORT):
        sent = WAYS[name].send(client, text, f"message-{number}")
    before = rows(service.database)

    again = WAYS[name].send(client, text, f"message-{number}")

    assert len(before["report"]) == 1
    assert rows(service.database) == before
    assert (again.status_code, _answer(again, name)) == (sent.status_code, _answer(sent, name))


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_a_message_that_comes_several_times_at_once_is_taken_once(
    client: FlaskClient, service: Service, name: str
) -> None:
    WAYS[name].begin(client)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda it: WAYS[name].send(it, "1", "the-same"), _twins(client)))

    assert counts(service.database)["turn"] == 2
    assert {(answer.status_code, _answer(answer, name)) for answer in answers} == {
        (200, _answer(answers[0], name))
    }


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_of_several_messages_at_once_none_is_lost(client: FlaskClient, service: Service, name: str) -> None:
    for number, text in enumerate(SHORT_REPORT[:3]):
        WAYS[name].send(client, text, f"message-{number}")
    told = [f"and then came number-{number}" for number in range(AT_ONCE)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda it, text: WAYS[name].send(it, text, text.split()[-1]), _twins(client), told))
    for number, text in enumerate(SHORT_REPORT[4:]):
        WAYS[name].send(client, text, f"later-{number}")

    (row,) = rows(service.database, "report")["report"]
    keys = read_keyring(client.application.extensions["settings"]).of("case_group")
    answers = {each.name: each.value for each in open_sealed(row[2], "case_group", keys).answers}
    assert sorted(str(answers["story"]).split("\n\n")) == told


@pytest.mark.parametrize("name", NAMES)
def test_while_the_database_is_away_the_sender_is_told_to_try_again_and_then_it_works(
    client: FlaskClient, service: Service, name: str
) -> None:
    way, app = WAYS[name], client.application
    way.begin(client)
    before = counts(service.database)
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")  # nothing listens on port 1
    app.extensions["service"] = replace(service, database=away)
    refused = way.send(client, "1", "second")
    app.extensions["service"] = service

    answered = way.send(client, "1", "second")

    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert answered.status_code == 200
    assert counts(service.database) == before | {"turn": 2}


@pytest.mark.parametrize("name", NAMES)
def test_whoever_stops_is_asked_nothing_more_until_they_write_again_and_has_lost_nothing(
    client: FlaskClient, name: str
) -> None:
    reporter = Reporter(WAYS[name].line(client))
    reporter.answer_until(lambda: reporter.question().name == "why")
    question = reporter.question().ask.text

    stopped = reporter.line.say("STOP")
    reporter.heard = reporter.line.say("hello")

    assert stopped.text.rfind(question) <= stopped.text.rfind(TEXTS.stopped.text.split("{")[0])
    assert reporter.hears(TEXTS.welcome_back)
    assert reporter.question().name == "why"


@pytest.mark.parametrize(("name", "other"), [*zip(NAMES, [*NAMES[1:], NAMES[0]], strict=True)])
def test_the_return_code_opens_the_report_on_another_channel(app: Flask, name: str, other: str) -> None:
    sent = Reporter(WAYS[name].line(app.test_client())).report()

    back = Reporter(WAYS[other].line(app.test_client()), answers={"role": "returning"})
    back.answer_until(lambda: back.question().name == "code")
    back.heard = back.line.say(sent.code)

    assert back.hears(TEXTS.status_received)


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_forbids_what_it_does_not_need(client: FlaskClient, name: str) -> None:
    headers = WAYS[name].begin(client).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("unset", "path"),
    [
        ({"twilio_account_sid": "", "twilio_auth_token": ""}, "/channels/sms"),
        ({"telegram_webhook_secret": ""}, "/channels/telegram"),
    ],
)
def test_a_channel_without_its_secrets_is_not_there(tmp_path: Path, unset: dict[str, str], path: str) -> None:
    app = make_app(make_settings(tmp_path, **unset))

    assert app.test_client().post(path).status_code == 404

    service_of(app).database.close()


def test_a_channel_says_what_it_needs_and_without_secrets_the_web_is_left() -> None:
    bare = Settings(_env_file=None)

    off = {channel.name: channel.needs for channel in CHANNELS if not channel.is_on(bare)}

    twilio = "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN"
    assert off == {"sms": twilio, "whatsapp": twilio, "telegram": "TELEGRAM_WEBHOOK_SECRET"}


def _twins(client: FlaskClient) -> list[FlaskClient]:
    """Return as many windows of one browser as send at once."""
    name, domain = client.application.config["SESSION_COOKIE_NAME"], PUBLIC_URL.partition("://")[2]
    cookie, twins = client.get_cookie(name, domain), []
    for _ in range(AT_ONCE):
        twin = client.application.test_client()
        if cookie is not None:
            twin.set_cookie(name, cookie.value, domain=domain, secure=True)
        twins.append(twin)
    return twins


def _text(response: TestResponse) -> str:
    """A JSON body has its own way to write other scripts, and so has a mail."""
    if response.mimetype == "message/rfc822":
        return str(message_from_bytes(response.data, policy=policy.default).get_content())
    return str(response.json) if response.is_json else response.text


def _answer(response: TestResponse, name: str) -> str:
    """A page has a new form every time, and a token with the second in it; what is said is the same."""
    lines = _text(response).splitlines()
    new = ('name="id"', 'name="csrf_token"') if name == "web" else ()
    return "\n".join(line for line in lines if not any(part in line for part in new))
