"""Text messages by Twilio: a signed form in, TwiML out. The reply travels in the response."""

import re
from functools import cache
from hmac import compare_digest
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from bot.channels.channel import Channel, service, settings
from bot.channels.twiliomedia import TwilioMedia
from bot.handset import provider_answers, sms_texts
from bot.media import Media
from bot.service import Arrival
from bot.settings import Settings

PATH = "/channels/sms"
MOST_MEDIA = 10  # of a message
MOST_FIELDS = 500  # of a form; Twilio sends about 20, and 3 more for each of up to 10 pictures

blueprint = Blueprint("sms", __name__)
CHANNEL = Channel(
    "sms", blueprint, lambda s: s.sms_is_on, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN", signs=True
)


@blueprint.post(PATH)
def receive() -> Response:
    """Take one message. 403 unless Twilio signed it for our configured address."""
    form = _form(request.get_data(cache=False))
    if form is None or not _is_signed(form, settings()):
        return Response(status=403)
    sender, message_id = form.first("From"), form.first("MessageSid") or form.first("SmsSid")
    if not sender or not message_id:
        return twiml(())
    body, opt_out = form.first("Body"), form.first("OptOutType")
    messages = service().receive(
        Arrival(
            channel="sms",
            address=sender,
            message_id=message_id,
            witness=message_id,
            text="STOP" if opt_out == "STOP" else body,  # may be a word only Twilio was told of
            attachment=form.first("NumMedia") not in ("", "0"),
            media=_pictures(form, settings()),
        )
    )
    if provider_answers(body, opt_out):
        return twiml(())
    return twiml(sms_texts(messages))


def twiml(texts: tuple[str, ...]) -> Response:
    """Answer with these messages; none is no answer."""
    body = "".join(f"<Message>{escape(_legal(text))}</Message>" for text in texts)
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>', mimetype="text/xml")


def _pictures(form: "_Form", config: Settings) -> tuple[Media, ...]:
    """Return the pictures of a signed form; what else may hang on a message is none."""
    addresses = [
        form.first(f"MediaUrl{i}")
        for i in range(MOST_MEDIA)
        if form.first(f"MediaContentType{i}").startswith("image/")
    ]
    if not addresses:
        return ()
    token = config.twilio_auth_token.get_secret_value()
    return TwilioMedia(config.twilio_account_sid, token, config.twilio_api_url).at(addresses)


class _Form(dict[str, list[str]]):
    """The fields of a message; `getall` is what Twilio's validator asks a form for first."""

    getall = dict.__getitem__

    def first(self, name: str) -> str:
        """Return the value of a field, "" where there is none."""
        return self[name][0] if name in self else ""


def _form(body: bytes) -> _Form | None:
    """Read a form as Flask would, in a third of its time; None if it is none of Twilio's."""
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="werkzeug.url_quote", max_num_fields=MOST_FIELDS
        )
    except ValueError:  # not UTF-8, or fields without end
        return None
    form = _Form()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


def _is_signed(form: _Form, config: Settings) -> bool:
    """Check Twilio's signature over the address it was told, never over what the request claims.

    The library's own check signs twice, because Twilio may or may not have written the port;
    nearly always the address as it was configured is what was signed.
    """
    query = request.query_string.decode("ascii", "replace")
    url = f"{config.address}{PATH}?{query}" if query else config.address + PATH
    signature = request.headers.get("X-Twilio-Signature", "")  # None would raise
    validator = _validator(config.twilio_auth_token.get_secret_value())
    signed = validator.compute_signature(url, form)
    return compare_digest(signed.encode(), signature.encode()) or validator.validate(url, form, signature)


@cache
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)


_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legal(text: str) -> str:
    """Drop what XML 1.0 forbids; one such character and Twilio says nothing at all (12100)."""
    return _ILLEGAL.sub("", text)
