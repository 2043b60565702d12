"""Whom a message may go to, and when."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot import optout
from bot.following import FOLLOW_UP, FollowUp, keep
from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings
from tests.channels.twilio_api import TwilioApi
from tests.making import PHONE, Clock
from tests.outgoing.news import (
    NOON,
    agrees,
    ask_something,
    references,
    says,
    send_all,
    sending,
    states,
)


def _follows(service: Service, channel: str, address: str, hours: str = "any") -> None:
    """Change where the one report that is followed may be written to."""
    (reference,) = references(service)
    with service.database.begin() as connection:
        connection.execute(FOLLOW_UP.delete())
        keep(
            connection, service.cipher, reference, FollowUp(channel, address, "en", hours), NOON, survey=False
        )


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("+441642526511", "landline"),
        ("HMRC", "no-number"),
        ("60006", "no-number"),
        ("+60006", "no-number"),
        ("whatsapp:+447700900123", "no-number"),
    ],
)
def test_no_text_goes_to_a_landline_or_to_what_is_no_phone(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, address: str, kind: str
) -> None:
    reference = agrees(service)
    _follows(service, "sms", address)
    clock.pass_(minutes=1)
    ask_something(service, reference, clock())

    send_all(made)

    assert api.forms == []
    assert states(service) == [("question", "dropped", kind)]


@pytest.mark.parametrize("address", [PHONE, "+447400123456", "+48601234567"])
def test_a_number_that_only_looks_wrong_is_written_to(
    service: Service, made: Sending, api: TwilioApi, clock: Clock, address: str
) -> None:
    reference = agrees(service)
    _follows(service, "sms", address)
    clock.pass_(minutes=1)
    ask_something(service, reference, clock())

    send_all(made)

    assert api.sent == [address]


def test_a_message_goes_out_in_the_hours_that_were_chosen(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service, hours="mornings")
    clock.pass_(minutes=1)
    ask_something(service, reference, clock())
    sent_at: list[datetime] = []

    for _ in range(30):
        send_all(made)
        if api.forms and not sent_at:
            sent_at.append(clock())
        clock.pass_(hours=1)

    assert sent_at == [NOON + timedelta(hours=21, minutes=1)]
    assert len(api.sent) == 1


def test_who_opted_out_is_not_written_to_even_where_a_row_says_so(
    service: Service, made: Sending, api: TwilioApi, asked: str
) -> None:
    with service.database.begin() as connection:
        optout.remember(connection, service.cipher, "sms", PHONE, NOON)

    send_all(made)

    assert api.forms == []
    assert states(service) == [("question", "dropped", "opted-out")]


@pytest.mark.both_databases
def test_stop_takes_back_what_was_queued(
    service: Service, made: Sending, api: TwilioApi, clock: Clock
) -> None:
    reference = agrees(service, hours="evenings")
    clock.pass_(minutes=1)
    ask_something(service, reference, clock())
    send_all(made)

    says(service, "STOP")
    clock.pass_(hours=6)
    send_all(made)

    assert api.forms == []
    assert states(service) == []


@pytest.mark.parametrize(
    "case",
    [
        (23, "", "Body"),
        (25, "", None),
        (25, "HX1", "ContentSid"),
        (23, "HX1", "Body"),
        (196, "HX1", "ContentSid"),
    ],
)
def test_whatsapp_takes_our_own_words_for_a_day_and_then_a_template(
    service: Service, settings: Settings, api: TwilioApi, clock: Clock, case: tuple[int, str, str | None]
) -> None:
    hours_ago, template, sent = case
    whatsapp = settings.model_copy(update={"twilio_whatsapp_template": template})
    sender = f"whatsapp:{PHONE}"
    reference = agrees(service, channel="whatsapp", address=sender)
    clock.at += timedelta(hours=hours_ago)
    ask_something(service, reference, clock())

    send_all(sending(service, whatsapp, clock, template=bool(template)))

    assert [(form["To"], form["From"], sent in form) for form in api.forms] == (
        [(sender, "whatsapp:+441642000001", True)] if sent else []
    )
    assert {"Body", "ContentSid"} & {*(api.forms[0] if sent else {})} == ({sent} if sent else set())


def test_a_channel_without_credentials_is_left_alone(
    service: Service, settings: Settings, clock: Clock, api: TwilioApi, asked: str
) -> None:
    only_telegram = settings.model_copy(update={"twilio_from": ""})

    send_all(sending(service, only_telegram, clock))

    assert api.forms == []
    assert states(service) == [("question", "due", "")]


def test_a_row_whose_key_is_gone_is_dropped(
    service: Service, made: Sending, api: TwilioApi, asked: str
) -> None:
    with service.database.begin() as connection:
        connection.execute(update(FOLLOW_UP).values(body=b"\x00\x09nothing anybody can read"))

    send_all(made)

    assert states(service) == [("question", "dropped", "no-key")]
