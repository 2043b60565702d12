"""Nobody is written to twice, nobody against their wish, and what a provider says is heeded."""

import pytest

from bot import optout
from bot.senders import twilio
from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings
from tests.channels.twilio_api import DROP, DROP_UNTAKEN, HANG, TwilioApi
from tests.making import PHONE, Clock
from tests.outgoing.news import (
    ask_something,
    references,
    send_all,
    sending,
    states,
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "SECONDS", 0.3)  # a hanging provider is waited for so long


@pytest.mark.both_databases
def test_what_a_provider_was_too_busy_for_is_sent_later(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.answers = [(429, 20429), (429, 20429)]

    for _ in range(10):
        send_all(made)
        clock.pass_(minutes=5)

    assert len(api.forms) == 3
    assert api.sent == [PHONE]
    assert states(service) == [("question", "sent", "")]


def test_it_is_not_tried_for_ever(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.answers = [(429, 20429)] * 50

    for _ in range(48):
        send_all(made)
        clock.pass_(minutes=10)

    assert len(api.forms) == 5
    assert states(service) == [("question", "failed", "20429")]


@pytest.mark.parametrize("fault", [(500, 20500), (503, None)])
@pytest.mark.usefixtures("asked")
def test_after_a_fault_of_the_provider_it_is_looked_for_before_it_is_sent_again(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, fault: tuple[int, int | None]
) -> None:
    api.answers = [fault]
    send_all(made)
    assert states(service) == [("question", "unknown", str(fault[1] or fault[0]))]

    clock.pass_(minutes=3)
    send_all(made)
    clock.pass_(minutes=1)
    send_all(made)

    assert [each.split()[0] for each in api.asked] == ["POST", "GET", "POST"]
    assert api.sent == [PHONE]


@pytest.mark.parametrize("what", [DROP, HANG])
@pytest.mark.usefixtures("asked", "impatient")
def test_what_was_taken_without_an_answer_is_found_and_not_sent_again(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, what: str
) -> None:
    api.answers = [what]
    api.now = clock()
    send_all(made)
    assert states(service)[0][1] == "unknown"

    for _ in range(10):
        clock.pass_(minutes=3)
        send_all(made)

    assert api.sent == [PHONE]
    assert states(service) == [("question", "sent", "")]


def test_what_surely_was_not_taken_is_tried_once_more_and_then_given_up(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.answers = [DROP_UNTAKEN] * 9

    for _ in range(20):
        send_all(made)
        clock.pass_(minutes=3)

    assert len(api.forms) == 2
    assert states(service)[0][1] == "failed"


def test_while_nobody_can_say_what_became_of_it_nothing_is_sent(
    service: Service, settings: Settings, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.answers = [DROP]
    api.now = clock()
    send_all(made)
    away = settings.model_copy(update={"twilio_api_url": "http://127.0.0.1:9"})
    unable = sending(service, away, clock)
    for _ in range(5):
        clock.pass_(minutes=3)
        send_all(unable)
    assert states(service)[0][1] == "unknown"

    clock.pass_(minutes=3)
    send_all(made)

    assert api.sent == [PHONE]
    assert states(service) == [("question", "sent", "")]


@pytest.mark.both_databases
def test_an_older_message_to_the_same_phone_is_not_taken_for_this_one(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.now = clock()
    send_all(made)
    clock.pass_(seconds=20)
    ask_something(service, asked, clock())
    api.now, api.answers = clock(), [DROP_UNTAKEN]
    send_all(made)

    clock.pass_(minutes=3)
    send_all(made)
    clock.pass_(minutes=1)
    send_all(made)

    assert len(api.sent) == 2


def test_where_nothing_is_reached_it_waits_and_goes_out_later(
    service: Service, settings: Settings, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    unable = sending(service, settings.model_copy(update={"twilio_api_url": "http://127.0.0.1:9"}), clock)
    send_all(unable)
    assert states(service)[0][1] == "due"

    clock.pass_(minutes=2)
    send_all(made)

    assert api.sent == [PHONE]


def test_a_fault_of_ours_waits_until_it_is_mended_and_no_longer_than_three_days(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str
) -> None:
    api.answers = [(401, 20003)] * 100
    for _ in range(75):
        send_all(made)
        clock.pass_(hours=1)

    assert states(service)[0][1:] == ("dropped", "too-late")
    assert api.sent == []


@pytest.mark.parametrize(("code", "remembered"), [(21610, True), (21211, False), (21635, False)])
def test_who_cannot_or_will_not_be_written_to_is_forgotten(
    service: Service, made: Sending, api: TwilioApi, asked: str, code: int, remembered: bool
) -> None:
    api.answers = [(400, code)]

    send_all(made)

    assert references(service) == []
    with service.database.read() as connection:
        assert optout.has_opted_out(connection, service.cipher, "sms", PHONE) is remembered


@pytest.mark.parametrize("code", [21612, 30007, 63016, 29999])
def test_what_is_refused_for_good_is_not_tried_again(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, asked: str, code: int
) -> None:
    api.answers = [(400, code)]

    for _ in range(3):
        send_all(made)
        clock.pass_(hours=1)

    assert len(api.forms) == 1
    assert states(service) == [("question", "failed", str(code))]
    assert references(service) == [asked]
