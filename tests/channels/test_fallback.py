"""When the database is away, a message is kept by the fallback address and taken in later, once."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import kept, optout
from bot.app import join
from bot.arrival import Arrival
from bot.channels.sms import FALLBACK_PATH, PATH
from bot.core.conversation import Pressed, Stage
from bot.core.language import written_in
from bot.kept import KEPT_AT_MOST
from bot.segments import segments
from bot.service import Service
from bot.settings import Settings
from tests.channels.test_away import SqliteGone
from tests.making import (
    PHONE,
    PUBLIC_URL,
    conversation,
    counts,
    make_app,
    make_service,
    make_settings,
    post_sms,
    rows,
    service_of,
    signature,
    sms_form,
    texts_of,
    twilio_body,
    whatsapp_form,
)
from tests.reporter import BySms, Reporter
from tests.talk import KNOWLEDGE, TEXTS

CANARY = "zimtstern shouted at me outside the shop"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = make_app(settings)
    yield made
    service_of(made).database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def service(app: Flask) -> Service:
    return service_of(app)


def away(settings: Settings, service: Service) -> AbstractContextManager[None]:
    return SqliteGone(settings.database).away(service)


def fall_back(client: FlaskClient, form: dict[str, str]) -> TestResponse:
    return post_sms(client, form | {"ErrorCode": "11200", "ErrorUrl": PUBLIC_URL + PATH}, path=FALLBACK_PATH)


def files(settings: Settings) -> list[Path]:
    where = kept.folder(settings)
    return sorted(where.iterdir()) if where.exists() else []


def test_only_what_twilio_signed_for_the_fallback_is_taken(client: FlaskClient, service: Service) -> None:
    form = twilio_body("sms_fallback")

    for signed in ("", signature(form), signature(form, token="other")):
        assert post_sms(client, form, signed=signed, path=FALLBACK_PATH).status_code == 403
    assert counts(service.database)["conversation"] == 0
    assert texts_of(post_sms(client, form, path=FALLBACK_PATH)) != ()


def test_where_the_database_is_back_the_fallback_answers_as_ever(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    form = sms_form("english")
    first = texts_of(post_sms(client, form))
    before = rows(service.database)

    again = texts_of(fall_back(client, form))

    assert again == first
    assert rows(service.database) == before
    assert files(settings) == []


def test_a_message_is_kept_while_the_database_is_away_and_taken_in_when_it_is_back(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    reporter = Reporter(BySms(client))
    reporter.answer_until(lambda: reporter.question().name == "story")
    form = sms_form(CANARY)

    with away(settings, service):
        assert post_sms(client, form).status_code == 503
        (said,) = texts_of(fall_back(client, form))

    assert said == TEXTS.cannot_answer.text
    assert segments(said) <= 2
    (file,) = files(settings)
    assert b"zimtstern" not in file.read_bytes()
    assert PHONE[1:] not in file.name

    assert kept.take_in(service, kept.folder(settings)) == 1

    assert files(settings) == []
    talk = conversation(service)
    assert (talk.parts, talk.stage) == ((CANARY,), Stage.PAUSED)
    assert BySms(client).say("done").text.startswith(TEXTS.welcome_back.text)


def test_whoever_writes_for_the_first_time_is_told_the_same_and_their_words_wait_for_the_story(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    with away(settings, service):
        assert texts_of(fall_back(client, whatsapp_form(CANARY))) == (TEXTS.cannot_answer.text,)

    kept.take_in(service, kept.folder(settings))

    assert conversation(service, "whatsapp", f"whatsapp:{PHONE}").parts == (CANARY,)


def test_a_message_that_twilio_repeats_is_kept_once_and_taken_once(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    BySms(client).say("english")
    form = sms_form("1")
    with away(settings, service):
        for _ in range(3):
            fall_back(client, form)
    assert len(files(settings)) == 1

    others = [make_service(settings) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: kept.take_in(each, kept.folder(settings)), others))
    for each in others:
        each.database.close()

    assert files(settings) == []
    assert counts(service.database, "turn") == {"turn": 2}


def test_messages_are_taken_in_the_order_they_came(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    reporter = Reporter(BySms(client))
    reporter.answer_until(lambda: reporter.question().name == "story")
    parts = [f"this is part {number} of it" for number in range(6)]

    with away(settings, service):
        for part in parts:
            fall_back(client, sms_form(part))
    kept.take_in(service, kept.folder(settings))

    assert conversation(service).parts == tuple(parts)


def test_a_late_yes_agrees_to_nothing(client: FlaskClient, service: Service, settings: Settings) -> None:
    reporter = Reporter(BySms(client))
    reporter.answer_until(lambda: bool(reporter.question().agency))
    before = conversation(service).answers
    with away(settings, service):
        fall_back(client, sms_form("1"))

    kept.take_in(service, kept.folder(settings))

    assert conversation(service).answers == before


def test_a_stop_is_answered_by_twilio_alone_and_obeyed_when_it_is_taken_in(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    BySms(client).say("english")
    with away(settings, service):
        assert texts_of(fall_back(client, sms_form("STOP"))) == ()

    kept.take_in(service, kept.folder(settings))

    assert conversation(service).stage is Stage.STOPPED
    with service.database.read() as connection:
        assert optout.has_opted_out(connection, service.cipher, "sms", PHONE)


def test_all_of_a_message_but_its_pictures_is_kept(service: Service, settings: Settings) -> None:
    now = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    arrival = Arrival(
        "telegram", "5001", "7", "w", "words", Pressed("role", ("victim", "both")), "pl", True, (), 9, True
    )

    kept.keep(kept.folder(settings), service.cipher, arrival, now)

    (found,) = (found for found, _ in kept._kept(kept.folder(settings), service.cipher))
    assert found == replace(arrival, written_at=now)


def test_where_nothing_can_be_kept_twilio_is_told_to_try_again(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    kept.folder(settings).write_bytes(b"a file where the folder should be")

    with away(settings, service):
        assert fall_back(client, sms_form("hello")).status_code == 503


def test_what_cannot_be_read_waits_keeps_nobody_waiting_and_goes_when_it_is_old(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    with away(settings, service):
        fall_back(client, sms_form("english"))
    odd = [kept.folder(settings) / name for name in ("00ff", "no hash")]
    for file in odd:
        file.write_bytes(b"\x00\x01" + bytes(60))

    assert kept.look_after(settings, lambda _: make_service(settings)) == 1
    assert files(settings) == odd

    old = (datetime.now(UTC) - KEPT_AT_MOST - timedelta(minutes=1)).timestamp()
    for file in odd:
        os.utime(file, (old, old))
    assert kept.look_after(settings, join) == 0
    assert files(settings) == []


def test_nothing_is_joined_where_nothing_is_kept(settings: Settings) -> None:
    assert kept.look_after(settings, lambda _: pytest.fail("joined")) == 0


def test_what_is_kept_stays_while_the_database_is_away(
    client: FlaskClient, service: Service, settings: Settings
) -> None:
    with away(settings, service):
        fall_back(client, sms_form("english"))

        with pytest.raises(Exception, match="unable to open"):
            kept.take_in(service, kept.folder(settings))

        assert len(files(settings)) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello", "en"),
        ("", "en"),
        ("12345", "en"),
        ("Ł did it", "en"),
        ("polski", "pl"),
        ("Proszę o pomoc, zaatakował mnie sąsiad", "pl"),
        ("مرحبا", "ar"),
        ("العربية", "ar"),
        ("你好", "en"),
        ("👍👍👍", "en"),
    ],
)
def test_the_language_is_told_by_its_letters_or_its_name(text: str, language: str) -> None:
    assert written_in(text, TEXTS.help, KNOWLEDGE.phrasebook) == language
