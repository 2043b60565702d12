"""Text messages and WhatsApp by Twilio: a signed form in, TwiML out. The reply travels in the response.

On WhatsApp too options are numbers: buttons and lists go by Twilio's Content API alone, not in TwiML.
A template of one's own whose buttons send "step:value" is understood.
"""

import re
from concurrent.futures import Future, ThreadPoolExecutor
from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Response

from bot import kept
from bot.arrival import Arrival
from bot.channels.channel import Channel, service, settings
from bot.channels.signed import Form, signed_form
from bot.channels.status import report
from bot.channels.twilioform import channel_of, provider_answers, read_message
from bot.core.language import written_in
from bot.handset import sms_texts, whatsapp_texts
from bot.senders.twilio import STATUS_PATH
from bot.wording import Message
from casebridge.logs import fault_of

PATH = "/channels/sms"
FALLBACK_PATH = f"{PATH}/fallback"
FALLBACK_SECONDS = 5.0  # for the database; Twilio waits 15 in all
NEEDS = "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN"

_patient = ThreadPoolExecutor(4, "fallback")  # wait for a database longer than Twilio does

blueprint = Blueprint("sms", __name__)
blueprint.add_url_rule(STATUS_PATH, view_func=report, methods=["POST"])
CHANNEL = Channel("sms", blueprint, lambda s: s.sms_is_on, NEEDS, signs=True)
WHATSAPP = Channel("whatsapp", blueprint, lambda s: s.sms_is_on, NEEDS, signs=True)


@blueprint.post(PATH)
def receive() -> Response:
    """Take one message. 403 unless Twilio signed it for our configured address."""
    form = signed_form(PATH)
    if form is None:
        return Response(status=403)
    arrival = read_message(form, service().knowledge)
    return _say(form, service().receive(arrival)) if arrival else twiml(())


@blueprint.post(FALLBACK_PATH)
def receive_again() -> Response:
    """Take a message whose first request failed; keep it where it fails again or takes long, and say so.

    One that is taken after all has been taken when its kept copy comes, which then changes nothing.
    """
    form = signed_form(FALLBACK_PATH)
    if form is None:
        return Response(status=403)
    arrival = read_message(form, service().knowledge)
    if arrival is None:
        return twiml(())
    taking = _patient.submit(service().receive, arrival)
    try:
        messages = _in_time(taking)
    except Exception as error:  # whatever it is, the message is not to be lost
        structlog.get_logger().error("cannot answer", channel=arrival.channel, **fault_of(error))
        return _keep(form, arrival)
    return _say(form, messages)


def twiml(texts: tuple[str, ...]) -> Response:
    """Answer with these messages; none is no answer."""
    body = "".join(f"<Message>{escape(text)}</Message>" for text in map(_legal, texts) if text)
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>', mimetype="text/xml")


def _in_time(taking: Future[tuple[Message, ...]]) -> tuple[Message, ...]:
    """Return the answer. Raises TimeoutError, and what the service raises."""
    try:
        return taking.result(FALLBACK_SECONDS)
    finally:
        taking.cancel()  # one that still waits for a thread


def _say(form: Form, messages: tuple[Message, ...]) -> Response:
    if provider_answers(form):
        return twiml(())
    return twiml((whatsapp_texts if channel_of(form) == "whatsapp" else sms_texts)(messages))


def _keep(form: Form, arrival: Arrival) -> Response:
    """Keep a message for when the database is back. 503 where it cannot be kept either."""
    to = service()
    try:
        kept.keep(kept.folder(settings()), to.cipher, arrival, to.now())
    except OSError:
        return Response(status=503)
    if provider_answers(form):
        return twiml(())
    phrase, phrasebook = to.knowledge.texts.cannot_answer, to.knowledge.phrasebook
    return twiml((phrasebook.text(phrase, written_in(arrival.text, phrase, phrasebook)),))


_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legal(text: str) -> str:
    """Drop what XML 1.0 forbids; one such character and Twilio says nothing at all (12100)."""
    return _ILLEGAL.sub("", text)
