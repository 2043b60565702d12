"""Only what Twilio signed for our own address is taken; anything else is 403 and leaves no trace."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.service import Service
from tests.making import (
    FORM_TYPE,
    PUBLIC_URL,
    TOKEN,
    counts,
    make_app,
    make_settings,
    post_sms,
    service_of,
    signature,
    sms_form,
    texts_of,
)

NOTHING = {"conversation": 0, "turn": 0, "report": 0, "delivery": 0}
FORM = sms_form("hello")
OTHER_TOKEN = "twilio-token-2f60"
Send = Callable[[FlaskClient], TestResponse]

REFUSED: Mapping[str, Send] = {
    "no header": lambda client: client.post("/channels/sms", data=FORM),
    "an empty header": lambda client: post_sms(client, FORM, signed=""),
    "a header that is not ASCII": lambda client: post_sms(client, FORM, signed="\u00fc" * 28),
    "a header as long as a body": lambda client: post_sms(client, FORM, signed="A" * 60_000),
    "another token": lambda client: post_sms(client, FORM, signed=signature(FORM, token="other")),
    "an empty token": lambda client: post_sms(client, FORM, signed=signature(FORM, token="")),
    "another algorithm": lambda client: client.post(
        "/channels/sms",
        data=FORM,
        headers={
            "X-Twilio-Signature": signature(FORM),
            "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=NONE",
        },
    ),
    "the algorithm it was not signed with": lambda client: client.post(
        "/channels/sms",
        data=FORM,
        headers={
            "X-Twilio-Signature": signature(FORM),
            "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256",
        },
    ),
    "another address": lambda client: post_sms(
        client, FORM, signed=signature(FORM, "http://localhost/channels/sms")
    ),
    "another path": lambda client: post_sms(client, FORM, signed=signature(FORM, f"{PUBLIC_URL}/channels")),
    "http instead of https": lambda client: post_sms(
        client, FORM, signed=signature(FORM, "http://report.example.org/channels/sms")
    ),
    "another sender": lambda client: post_sms(client, FORM | {"From": "+447700900999"}, signature(FORM)),
    "a blank parameter added": lambda client: post_sms(client, FORM | {"Extra": ""}, signature(FORM)),
    "a parameter dropped": lambda client: post_sms(
        client, {name: value for name, value in FORM.items() if name != "To"}, signature(FORM)
    ),
    "a name said twice": lambda client: post_sms(
        client, FORM, body=urlencode([*FORM.items(), ("Body", "stop")]).encode()
    ),
    "a query that was not signed": lambda client: client.post(
        "/channels/sms?x=1", data=FORM, headers={"X-Twilio-Signature": signature(FORM)}
    ),
    "nothing at all": lambda client: client.post("/channels/sms"),
    "an address it claims to be": lambda client: client.post(
        "/channels/sms",
        data=FORM,
        headers={
            "X-Twilio-Signature": signature(FORM, "https://evil.example/channels/sms"),
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
            "Host": "evil.example",
        },
    ),
}  # fmt: skip


def test_what_twilio_did_not_sign_is_refused_and_nothing_is_stored(
    client: FlaskClient, service: Service
) -> None:
    statuses = {why: send(client).status_code for why, send in REFUSED.items()}

    assert statuses == dict.fromkeys(REFUSED, 403)
    assert counts(service.database) == NOTHING


@pytest.mark.parametrize("algorithm", ["", "HMAC_SHA1", "hmac_sha256"])
@pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN])
def test_while_tokens_are_rotated_either_of_them_signs(tmp_path: Path, token: str, algorithm: str) -> None:
    app = make_app(make_settings(tmp_path, twilio_secondary_auth_token=OTHER_TOKEN))
    headers = {"X-Twilio-Signature": signature(FORM, token=token, algorithm=algorithm or None)}
    if algorithm:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=webhooks_sharedkey_1,algorithm={algorithm}"

    response = app.test_client().post("/channels/sms", data=FORM, headers=headers)

    assert texts_of(response) != ()
    service_of(app).database.close()


@pytest.mark.parametrize("token", ["", "another"])
def test_while_tokens_are_rotated_no_third_one_signs(tmp_path: Path, token: str) -> None:
    app = make_app(make_settings(tmp_path, twilio_secondary_auth_token=OTHER_TOKEN))

    response = post_sms(app.test_client(), FORM, signed=signature(FORM, token=token))

    assert response.status_code == 403
    service_of(app).database.close()


def test_names_and_values_count_as_twilio_sorts_them(client: FlaskClient) -> None:
    """A name said twice is signed once for each value; escapes, blanks and plus signs as they came."""
    pairs = [
        *FORM.items(),
        ("Again", "b"),
        ("Again", "a"),
        ("Again", "a"),
        ("bLANK", ""),
        ("a%2Db é", " +%20 "),
    ]
    signed = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/channels/sms", MultiDict(pairs))

    response = post_sms(client, FORM, signed=signed, body=urlencode(pairs).encode())

    assert texts_of(response) != ()


def test_a_message_is_only_ever_posted(client: FlaskClient) -> None:
    """A GET would leave the words in addresses and logs."""
    for send in (client.get, client.put, client.delete, client.head):
        assert send("/channels/sms", query_string=FORM).status_code == 405


def test_a_message_signed_for_https_is_taken_behind_a_proxy_that_speaks_http(client: FlaskClient) -> None:
    assert texts_of(post_sms(client, FORM)) != ()


def test_blank_parameters_count(client: FlaskClient) -> None:
    blank = sms_form("hello", Blank="", FromCity="")

    assert texts_of(post_sms(client, blank)) != ()


def test_a_query_counts_just_as_it_was_configured(client: FlaskClient) -> None:
    for query in ("flow=1", "a=%2D%C3%A9&b=+", "bodySHA256=0", "a&&=;b"):
        form = sms_form("hello")
        signed = signature(form, f"{PUBLIC_URL}/channels/sms?{query}")

        response = client.post(f"/channels/sms?{query}", data=form, headers={"X-Twilio-Signature": signed})

        assert texts_of(response) != ()


@pytest.mark.parametrize(
    ("configured", "signed_for"),
    [
        ("https://report.example.org", "https://report.example.org:443/channels/sms"),
        ("https://report.example.org:8443", "https://report.example.org:8443/channels/sms"),
        ("https://report.example.org/base/", "https://report.example.org/base/channels/sms"),
        ("", "http://127.0.0.1:8000/channels/sms"),
    ],
)
def test_the_configured_address_is_the_one_that_counts(
    tmp_path: Path, configured: str, signed_for: str
) -> None:
    app = make_app(make_settings(tmp_path, public_url=configured))
    form = sms_form("hello")

    response = post_sms(app.test_client(), form, signed=signature(form, signed_for))

    assert texts_of(response) != ()
    service_of(app).database.close()


def test_a_form_that_is_not_one_is_refused(client: FlaskClient, service: Service) -> None:
    for content_type in ("application/json", "multipart/form-data", "text/plain", FORM_TYPE):
        response = client.post("/channels/sms", data=b'{"Body":"\xff\x00', content_type=content_type)
        assert response.status_code == 403

    assert counts(service.database) == NOTHING


def test_a_request_too_large_is_refused_before_it_is_read(client: FlaskClient, service: Service) -> None:
    assert post_sms(client, sms_form("x" * 3_000_000)).status_code == 413

    assert counts(service.database) == NOTHING
