"""What Twilio reports later: signed, in any order, more than once; what is final stays."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot import optout
from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings
from tests.channels.twilio_api import DROP, TwilioApi
from tests.making import FORM_TYPE, PHONE, PUBLIC_URL, Clock, make_app, service_of, signature
from tests.outgoing.news import asks, references, send_all, states

PATH = "/channels/sms/status"


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    app: Flask = make_app(settings)
    yield app.test_client()
    service_of(app).database.close()


@pytest.fixture
def sid(service: Service, made: Sending, api: TwilioApi, clock: Clock) -> str:
    """A message that Twilio has taken."""
    asks(service, clock)
    send_all(made)
    return str(api.messages[-1]["sid"])


def _report(client: FlaskClient, sid: str, status: str, code: str = "", query: str = "") -> int:
    form = {"MessageSid": sid, "MessageStatus": status, "To": PHONE, "ErrorCode": code}
    url = f"{PATH}?{query}" if query else PATH
    signed = signature(form, PUBLIC_URL + url)
    headers = {"X-Twilio-Signature": signed}
    return client.post(url, data=urlencode(form), headers=headers, content_type=FORM_TYPE).status_code


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (["sending", "sent"], ("sent", "")),
        (["sent", "delivered"], ("delivered", "")),
        (["delivered", "sent", "sending"], ("delivered", "")),
        (["delivered", "delivered"], ("delivered", "")),
        (["undelivered:30003", "delivered"], ("failed", "30003")),
        (["delivered", "failed:30008"], ("delivered", "")),
        (["failed:30007"], ("failed", "30007")),
        (["a state of tomorrow"], ("sent", "")),
    ],
)
def test_reports_are_recorded_and_what_is_final_stays(
    service: Service, client: FlaskClient, sid: str, reports: list[str], state: tuple[str, str]
) -> None:
    for said in reports:
        status, _, code = said.partition(":")
        assert _report(client, sid, status, code) == 204

    assert states(service) == [("question", *state)]


def test_a_report_that_nobody_signed_is_refused(service: Service, client: FlaskClient, sid: str) -> None:
    form = {"MessageSid": sid, "MessageStatus": "delivered", "To": PHONE}

    unsigned = client.post(PATH, data=form)
    badly = client.post(PATH, data=form, headers={"X-Twilio-Signature": signature(form)})

    assert (unsigned.status_code, badly.status_code) == (403, 403)
    assert states(service) == [("question", "sent", "")]


def test_a_report_of_nothing_we_know_is_taken_and_changes_nothing(
    service: Service, client: FlaskClient, sid: str
) -> None:
    assert _report(client, "SM0", "failed", "21610") == 204
    assert _report(client, "", "failed") == 204
    assert _report(client, "SM0", "failed", "21610", query="m=no-such") == 204

    assert states(service) == [("question", "sent", "")]
    assert len(references(service)) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(("code", "remembered"), [("21610", True), ("30006", False)])
def test_what_can_never_arrive_is_not_written_again(
    service: Service, client: FlaskClient, sid: str, code: str, *, remembered: bool
) -> None:
    assert _report(client, sid, "undelivered", code) == 204

    assert references(service) == []
    with service.database.read() as connection:
        assert optout.has_opted_out(connection, service.cipher, "sms", PHONE) is remembered


@pytest.mark.both_databases
def test_a_report_tells_what_became_of_a_message_that_twilio_did_not_answer_for(
    service: Service, made: Sending, client: FlaskClient, api: TwilioApi, clock: Clock
) -> None:
    asks(service, clock)
    api.answers = [DROP]
    send_all(made)
    query = api.forms[0]["StatusCallback"].partition("?")[2]

    assert _report(client, str(api.messages[-1]["sid"]), "delivered", query=query) == 204
    for _ in range(5):
        clock.pass_(minutes=3)
        send_all(made)

    assert api.sent == [PHONE]
    assert states(service) == [("question", "delivered", "")]
