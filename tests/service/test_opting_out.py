"""STOP is remembered for longer than the talk, START forgets it, and nothing else does either."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import optout, store
from bot.arrival import Arrival
from bot.core.commands import command_words
from bot.handset import PROVIDER_ANSWERS
from bot.service import Service
from tests.making import PHONE, Clock, counts, rows, say, sms
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS

CHANNELS = ("sms", "whatsapp", "telegram", "web")
WORDS = command_words(TEXTS, KNOWLEDGE.phrasebook)
STOPS = sorted({word for word, command in WORDS.items() if command == "stop"} | PROVIDER_ANSWERS)
STARTS = sorted(word for word, command in WORDS.items() if command == "start")


def out(service: Service, address: str = PHONE, channel: str = "sms") -> bool:
    with service.database.read() as connection:
        return optout.has_opted_out(connection, service.cipher, channel, address)


@pytest.mark.parametrize("channel", CHANNELS)
def test_stop_is_remembered_on_every_channel_for_that_address_alone(service: Service, channel: str) -> None:
    for said in ("hello", "english", "STOP"):
        service.receive(replace(sms(said), channel=channel))

    assert [each for each in CHANNELS if out(service, channel=each)] == [channel]
    assert not out(service, "+447700900999", channel)


def test_every_word_that_stops_is_remembered_and_every_one_that_starts_forgets(service: Service) -> None:
    for number, word in enumerate(STOPS):
        phone = f"+44770090{number:04}"
        say(service, word.upper(), address=phone)
        assert out(service, phone)

        say(service, STARTS[number % len(STARTS)], address=phone)
        assert not out(service, phone)

    assert len(STOPS) >= 10
    assert counts(service.database, "opt_out") == {"opt_out": 0}


@pytest.mark.parametrize("before", [(), ("english",), ("english", "STOP"), ("english", "practice mode")])
def test_stop_is_remembered_wherever_somebody_is(service: Service, before: tuple[str, ...]) -> None:
    say(service, *before, "stop")

    assert out(service)


@pytest.mark.both_databases
def test_it_is_remembered_when_the_talk_is_long_forgotten(service: Service) -> None:
    clock = Clock()
    timed = replace(service, now=clock)
    say(timed, "english", "stop")
    since = rows(service.database, "opt_out")

    clock.pass_(days=400)
    with service.database.begin() as connection:
        store.purge(connection, clock())

    assert counts(service.database, "conversation", "opt_out") == {"conversation": 0, "opt_out": 1}
    assert out(service)
    say(timed, "stop")
    assert rows(service.database, "opt_out") == since


def test_whoever_writes_again_is_answered_and_stays_opted_out(service: Service) -> None:
    say(service, "english", "stop")

    heard = say(service, "he hit me again")

    assert heard[0].text.startswith(TEXTS.welcome_back.text)
    assert out(service)


def test_a_yes_is_an_answer_unless_the_provider_says_that_it_opts_in(service: Service) -> None:
    say(service, "english", "stop", "yes", "yes")
    assert out(service)

    service.receive(replace(sms("yes"), opts_in=True))

    assert not out(service)


@pytest.mark.both_databases
def test_a_repeated_stop_after_start_moves_nothing(service: Service) -> None:
    stop = sms("stop")
    say(service, "english")
    service.receive(stop)
    say(service, "start")

    service.receive(stop)

    assert not out(service)


def test_start_is_obeyed_also_where_it_looks_up_a_report(service: Service) -> None:
    say(service, *SHORT_REPORT, "stop")

    say(service, "start")

    assert not out(service)


def test_a_stop_that_comes_late_is_remembered(service: Service) -> None:
    clock = Clock()
    timed = replace(service, now=clock)
    say(timed, "english", "1")

    timed.receive(replace(sms("STOP"), written_at=clock() - timedelta(hours=1)))

    assert out(service)


@pytest.mark.parametrize("start", [{"text": "start"}, {"text": "yes", "opts_in": True}])
def test_a_start_that_was_written_before_stop_forgets_nothing(
    service: Service, start: dict[str, Any]
) -> None:
    clock = Clock()
    timed = replace(service, now=clock)
    say(timed, "english", "1", "stop")

    timed.receive(replace(sms(""), written_at=clock() - timedelta(minutes=5), **start))

    assert out(service)


def test_nothing_of_the_address_is_kept(service: Service) -> None:
    service.receive(Arrival("whatsapp", "whatsapp:GB.1502zimtstern", "SM1", witness="SM1", text="stop"))

    (row,) = rows(service.database, "opt_out")["opt_out"]

    assert row[0] == service.cipher.hash("opt out", "whatsapp", "whatsapp:GB.1502zimtstern")
