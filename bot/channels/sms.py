"""Text messages by Twilio: a signed form in, TwiML out. The reply travels in the response."""

import re
from functools import cache
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from bot.channels.channel import Channel, service, settings
from bot.service import Arrival
from bot.settings import Settings
from bot.wording import as_text

PATH = "/channels/sms"
LONGEST_MESSAGE = 1600  # characters; Twilio refuses more (14103)
MOST_MESSAGES = 10  # a reply (14109)
PROVIDER_ANSWERS = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])

blueprint = Blueprint("sms", __name__)
CHANNEL = Channel(
    "sms", blueprint, lambda s: s.sms_is_on, "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN", signs=True
)


@blueprint.post(PATH)
def receive() -> Response:
    """Take one message. 403 unless Twilio signed it for our configured address."""
    if not _is_signed(settings()):
        return Response(status=403)
    form = request.form
    sender, message_id = form.get("From", ""), form.get("MessageSid") or form.get("SmsSid", "")
    if not sender or not message_id:
        return twiml(())
    body, opt_out = form.get("Body", ""), form.get("OptOutType", "")
    messages = service().receive(
        Arrival(
            channel="sms",
            address=sender,
            message_id=message_id,
            witness=message_id,
            text="STOP" if opt_out == "STOP" else body,  # may be a word only Twilio was told of
            attachment=form.get("NumMedia", "0") not in ("", "0"),
        )
    )
    if _provider_answers(body, opt_out):
        return twiml(())
    return twiml(split(as_text(messages)))


def split(text: str) -> tuple[str, ...]:
    """Cut a long reply at paragraphs, lines, sentences or words into what Twilio takes."""
    parts: list[str] = []
    while text and len(parts) < MOST_MESSAGES:
        if len(text) <= LONGEST_MESSAGE:
            parts.append(text)
            break
        window = text[: LONGEST_MESSAGE + 1]
        at = max(window.rfind("\n\n"), 0) or max(window.rfind("\n"), window.rfind(". ") + 1, 0)
        at = at or window.rfind(" ") if at > 0 or " " in window else LONGEST_MESSAGE
        at = at if at > 0 else LONGEST_MESSAGE
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return tuple(parts)


def twiml(texts: tuple[str, ...]) -> Response:
    """Answer with these messages; none is no answer."""
    body = "".join(f"<Message>{escape(_legal(text))}</Message>" for text in texts)
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>', mimetype="text/xml")


def _is_signed(config: Settings) -> bool:
    """Check Twilio's signature over the address it was told, never over what the request claims."""
    url = config.address + PATH
    query = request.query_string.decode("ascii", "replace")
    signature = request.headers.get("X-Twilio-Signature", "")  # None would raise
    validator = _validator(config.twilio_auth_token.get_secret_value())
    fields = _Fields(request.form.lists())
    return bool(validator.validate(f"{url}?{query}" if query else url, fields, signature))


class _Fields(dict[str, list[str]]):
    """A form as the validator first takes it to be; of Flask's own it catches 40 exceptions a message."""

    getall = dict.__getitem__


@cache
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)


def _provider_answers(body: str, opt_out: str) -> bool:
    """Say whether Twilio has answered itself: a second answer would fail (21610) or confuse.

    OptOutType comes with Advanced Opt-Out only. START is answered all the same: YES opts in at
    Twilio, and is an answer to our question.
    """
    return opt_out in ("STOP", "HELP") or body.strip().casefold() in PROVIDER_ANSWERS


_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legal(text: str) -> str:
    """Drop what XML 1.0 forbids; one such character and Twilio says nothing at all (12100)."""
    return _ILLEGAL.sub("", text)
