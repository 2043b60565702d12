"""What is told: that there is a message, once for each thing that happened, and nothing of what it is."""

from datetime import timedelta

import pytest

from bot import outgoing, store
from bot.sending import Sending
from bot.service import Service
from casebridge.tables import ClosedReason
from tests.channels.twilio_api import OURS, TwilioApi
from tests.making import PHONE, PUBLIC_URL, Clock
from tests.outgoing.news import (
    NOON,
    TO_CONTACT,
    TO_SEND,
    agrees,
    answer_it,
    ask_something,
    close_it,
    references,
    says,
    send_all,
    states,
)
from tests.talk import TEXTS

pytestmark = pytest.mark.both_databases

SENTENCE = TEXTS.follow_up.text
TELLING = ("report", "hate", "police", "victim", "incident", "case", "stockton", "http", "council", "help")


def test_a_question_is_told_of_once_and_in_neutral_words(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service)
    ask_something(service, reference, NOON + timedelta(minutes=1))
    clock.pass_(minutes=2)

    send_all(made)
    clock.pass_(hours=1)
    send_all(made)

    (form,) = api.forms
    callback = form.pop("StatusCallback")
    assert callback.startswith(f"{PUBLIC_URL}/channels/sms/status?m=")
    assert reference not in callback
    assert form == {"To": PHONE, "From": OURS, "Body": SENTENCE, "ValidityPeriod": str(8 * 3600 - 120)}
    assert states(service) == [("question", "sent", "")]


def test_the_sentence_gives_nothing_away_and_fits_one_text_message() -> None:
    assert [word for word in TELLING if word in SENTENCE.lower()] == []
    assert len(SENTENCE) <= 160
    assert "STOP" in SENTENCE


def test_it_is_said_in_the_language_of_the_report(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    talk = ("polski", "1", "1", "krzyczeli na mnie", "gotowe", "1", "tak", "07700 900456", "1")
    says(service, *talk, "pomiń", "pomiń", "pomiń", "1", "1", "1", "3", "1", "1", "1")

    ask_something(service, references(service)[0], NOON + timedelta(minutes=1))
    clock.pass_(minutes=2)

    send_all(made)

    assert api.forms[0]["Body"] == service.knowledge.phrasebook.text(TEXTS.follow_up, "pl") != SENTENCE


def test_closing_is_told_of_and_four_weeks_later_how_it_went_is_asked(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service, survey=True)
    close_it(service, reference, NOON + timedelta(minutes=1))
    clock.pass_(minutes=2)
    send_all(made)
    clock.pass_(days=27)
    send_all(made)
    assert states(service) == [("closed", "sent", "")]

    clock.pass_(days=1)
    send_all(made)
    clock.pass_(days=1)
    send_all(made)

    assert states(service) == [("closed", "sent", ""), ("survey", "sent", "")]
    assert len(api.sent) == 2


def test_who_did_not_agree_to_be_asked_how_it_went_is_not(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    close_it(service, agrees(service), NOON + timedelta(minutes=1))
    clock.pass_(days=28, hours=1)

    send_all(made)

    assert states(service) == [("closed", "sent", "")]


def test_who_asked_to_stop_is_not_told_that_it_was_closed(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service, survey=True)
    close_it(service, reference, NOON + timedelta(minutes=1), ClosedReason.ASKED_TO_STOP)
    clock.pass_(days=28, hours=1)

    send_all(made)

    assert api.forms == []


def test_closed_again_is_news_again(service: Service, made: Sending, api: TwilioApi, clock: Clock) -> None:
    reference = agrees(service)
    for _ in range(2):
        clock.pass_(minutes=5)
        close_it(service, reference, clock())
        send_all(made)
        close_it(service, reference, None)
        send_all(made)

    assert len(api.sent) == 2


def test_what_happens_while_a_message_waits_is_told_with_it(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service, hours="evenings")
    for _ in range(3):
        clock.pass_(minutes=5)
        ask_something(service, reference, clock())
        send_all(made)

    clock.pass_(hours=5)
    send_all(made)

    assert len(api.sent) == 1
    assert sorted(states(service)) == [
        ("question", "dropped", "told-with-another"),
        ("question", "dropped", "told-with-another"),
        ("question", "sent", ""),
    ]


def test_a_question_that_is_answered_already_is_no_news(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    number = ask_something(service, agrees(service), NOON + timedelta(minutes=1))
    answer_it(service, number, NOON + timedelta(minutes=2))
    clock.pass_(minutes=5)

    send_all(made)

    assert api.forms == []


@pytest.mark.parametrize("closed_too", [False, True])
def test_an_answer_given_before_the_message_went_out_leaves_nothing_to_tell(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, *, closed_too: bool
) -> None:
    reference = agrees(service, hours="evenings")
    number = ask_something(service, reference, NOON + timedelta(minutes=1))
    clock.pass_(minutes=5)
    send_all(made)
    answer_it(service, number, clock())
    if closed_too:
        close_it(service, reference, clock())
        send_all(made)

    clock.pass_(hours=6)
    send_all(made)

    assert len(api.sent) == int(closed_too)
    assert ("question", "sent" if closed_too else "dropped", "" if closed_too else "answered") in states(
        service
    )


def test_a_report_nobody_agreed_about_is_no_news(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:

    says(service, *TO_CONTACT, "no", *TO_SEND)
    clock.pass_(minutes=5)

    assert outgoing.notice(service.database, clock()) == 0


@pytest.mark.parametrize("gone_hours", [1, 80])
def test_who_answers_it_is_told_no_more_than_before(
    service: Service, made: Sending, clock: Clock, gone_hours: int
) -> None:
    """Within 72 hours the phone that made a report knows how it stands; later it takes the code."""
    reference = agrees(service)
    clock.pass_(hours=gone_hours)
    with service.database.begin() as connection:
        store.purge(connection, clock())
    ask_something(service, reference, clock())
    clock.at = clock.at.replace(hour=13, minute=5)
    send_all(made)

    heard = says(service, "hello")

    assert (TEXTS.question_waits.text in heard) is (gone_hours == 1)
    assert ("send your return code" in heard) is True
    assert "Which language?" not in heard
