"""WhatsApp by Twilio: the same webhook, a conversation of its own, options as numbers or tapped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.service import Service
from tests.channels.media_server import ACCOUNT, MediaServer, media_server
from tests.making import (
    PHONE,
    conversation,
    counts,
    make_app,
    make_settings,
    post_sms,
    rows,
    service_of,
    texts_of,
    twilio_body,
    whatsapp_form,
)
from tests.pictures import picture
from tests.reporter import BySms, ByWhatsapp, Reporter
from tests.talk import TEXTS

ADDRESS = f"whatsapp:{PHONE}"


def test_a_whole_report_is_made_with_numbers(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByWhatsapp(client)).report()

    assert reporter.code
    assert counts(service.database, "report") == {"report": 1}


def test_whatsapp_and_text_messages_of_one_person_are_two_conversations(
    client: FlaskClient, service: Service
) -> None:
    ByWhatsapp(client).say("english")
    BySms(client).say("polski")

    assert conversation(service, "whatsapp", ADDRESS).language == "en"
    assert conversation(service, "sms", PHONE).language == "pl"


def test_somebody_behind_a_username_is_known_by_an_id_that_is_never_read(
    client: FlaskClient, service: Service
) -> None:
    form = twilio_body("whatsapp_username")

    assert texts_of(post_sms(client, form)) != ()

    assert conversation(service, "whatsapp", form["From"]).channel == "whatsapp"


def test_an_id_without_a_prefix_is_whatsapp_where_our_number_is(
    client: FlaskClient, service: Service
) -> None:
    sender = "GB." + "1502" * 40

    post_sms(client, whatsapp_form("english", From=sender))

    assert conversation(service, "whatsapp", sender).language == "en"


@pytest.mark.parametrize("body", ["whatsapp_button", "whatsapp_list"])
def test_an_option_of_ours_that_is_tapped_is_chosen(client: FlaskClient, service: Service, body: str) -> None:
    Reporter(ByWhatsapp(client)).begin()

    texts = texts_of(post_sms(client, twilio_body(body)))

    assert texts != ()
    assert conversation(service, "whatsapp", ADDRESS).answers["role"].value == "victim"


def test_a_language_is_tapped(client: FlaskClient, service: Service) -> None:
    ByWhatsapp(client).greet()

    post_sms(client, whatsapp_form("Polski", ButtonPayload="language:pl:token", ButtonText="Polski"))

    assert conversation(service, "whatsapp", ADDRESS).language == "pl"


def test_an_option_tapped_too_late_says_so(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByWhatsapp(client))
    reporter.answer_until(lambda: reporter.question().name == "contact")

    (said,) = texts_of(post_sms(client, twilio_body("whatsapp_button")))

    assert TEXTS.too_old_button.text in said


@pytest.mark.parametrize("payload", ["", "book_now", "role:", "role:king", ":", "role", "x:y:z", "\x00:"])
@pytest.mark.parametrize("body", ["whatsapp_button", "whatsapp_list"])
def test_what_is_no_option_of_ours_is_read_as_typed(
    client: FlaskClient, service: Service, body: str, payload: str
) -> None:
    Reporter(ByWhatsapp(client)).begin()
    name = "ButtonPayload" if body == "whatsapp_button" else "ListId"
    form = twilio_body(body) | {name: payload, "Body": ""}

    post_sms(client, form)

    answer = conversation(service, "whatsapp", ADDRESS).answers["role"]
    assert (answer.value, answer.said) == ("victim", "Me")


@pytest.mark.parametrize(
    "body",
    ["whatsapp_location", "whatsapp_contacts", "whatsapp_sticker", "whatsapp_voice", "whatsapp_form"],
)
def test_what_is_no_words_and_no_picture_is_asked_for_in_words(
    client: FlaskClient, service: Service, body: str
) -> None:
    reporter = Reporter(ByWhatsapp(client)).begin()
    reporter.answer_until(lambda: reporter.question().name == "story")

    (said,) = texts_of(post_sms(client, twilio_body(body)))

    assert said.startswith(TEXTS.text_wanted.text)
    assert "story" not in conversation(service, "whatsapp", ADDRESS).answers
    assert conversation(service, "whatsapp", ADDRESS).parts == ()


@pytest.fixture
def photographer(tmp_path: Path) -> Iterator[tuple[FlaskClient, MediaServer]]:
    with media_server() as served:
        app = make_app(make_settings(tmp_path, twilio_account_sid=ACCOUNT, twilio_api_url=served.address))
        yield app.test_client(), served
        service_of(app).database.close()


def test_photos_are_offered_and_taken(photographer: tuple[FlaskClient, MediaServer]) -> None:
    client, twilio = photographer
    reporter = Reporter(ByWhatsapp(client))
    reporter.answer_until(lambda: reporter.question().name == "story")
    assert "You can also send photos here" in reporter.heard.text
    address = twilio.keep("ME1", picture())

    (said,) = texts_of(post_sms(client, twilio_body("whatsapp_photo") | {"MediaUrl0": address}))

    assert said.startswith(TEXTS.photo_kept.text.split("{")[0])


def test_a_name_and_a_number_that_come_along_are_not_kept(client: FlaskClient, service: Service) -> None:
    post_sms(client, whatsapp_form("english"))
    found = repr(rows(service.database)) + repr(conversation(service, "whatsapp", ADDRESS))

    assert "Mirabelle" not in found
    assert "447700900123" not in found


def test_stop_is_answered_where_twilio_does_not(client: FlaskClient) -> None:
    ByWhatsapp(client).say("english")

    ours = texts_of(post_sms(client, whatsapp_form("STOP")))
    twilios = texts_of(post_sms(client, whatsapp_form("STOP", OptOutType="STOP")))

    assert ours == (TEXTS.stopped.text,)
    assert twilios == ()


def test_smart_signs_are_left_as_they_are(client: FlaskClient) -> None:
    reporter = Reporter(ByWhatsapp(client), answers={"story": "“It’s mine…” he said"})

    reporter.answer_until(lambda: reporter.question().name == "review")

    assert "“It’s mine…” he said" in reporter.heard.text
