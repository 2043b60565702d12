"""Takes in what Twilio received for us and we never did, and empties there what is no longer needed.

Numbers and words pass through and are counted, never printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot import store
from bot.arrival import Arrival
from bot.channels.twiliomedia import MOST_MEDIA, PROVIDER, address_of
from bot.media import Place
from bot.outcomes import FINAL
from bot.senders.twilio import client
from bot.service import LAST_TURN_KEPT, Service
from bot.settings import Settings
from casebridge.logs import fault_of

MOST_BACK = LAST_TURN_KEPT - timedelta(minutes=10)  # of what came before nobody knows if it was taken
SWEPT_BACK = timedelta(hours=2)
WEBHOOK_FIRST = timedelta(minutes=2)  # until then its own request may still be on its way
EMPTIED_AFTER = timedelta(minutes=5)
ARRIVED_AFTER = timedelta(hours=1)  # some networks never say more than "sent"
A_PAGE = 1000
MOST_FAULTS = 3  # in a row; the rest is for the next sweep
INBOUND, WHATSAPP = "inbound", "whatsapp"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Counts:
    """What a sweep found."""

    found: int = 0
    known: int = 0
    taken: int = 0
    emptied: int = 0
    failed: int = 0


def reconcile(service: Service, settings: Settings, back: timedelta) -> Counts:
    """Take in what is missing of the last time; return the counts. Twice is once.

    Raises requests' and twilio's exceptions while Twilio cannot be asked, sqlalchemy's
    OperationalError while the database is away.
    """
    now, counts = service.now(), Counts()
    since = now - min(back, MOST_BACK)
    missing: list[Any] = []
    for message in _listed(settings, since):
        if message.direction != INBOUND or message.date_sent > now - WEBHOOK_FIRST:
            continue
        counts.found += 1
        if _is_taken(service, message):
            counts.known += 1
        else:
            missing.append(message)
    for message in sorted(missing, key=lambda each: each.date_sent):
        try:
            arrival = _arrival(settings, message)
            if not (arrival.text or arrival.media or arrival.unread):  # emptied there: it was taken
                counts.known += 1
                continue
            service.receive(arrival)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # one message keeps no other waiting
            log.error("cannot take in what was missed", channel=_channel_of(message), **fault_of(error))
            counts.failed += 1
        else:
            counts.taken += 1
    return counts


def empty(service: Service, settings: Settings) -> Counts:
    """Empty at Twilio what was taken in here, and ours that arrived. What fails is for the next time."""
    from requests.exceptions import RequestException  # noqa: PLC0415 - only where Twilio is asked
    from twilio.base.exceptions import TwilioException  # noqa: PLC0415 - as above

    now, counts, faults = service.now(), Counts(), 0
    for message in _listed(settings, now - MOST_BACK):
        if not message.body or not _may_be_emptied(service, message, now):
            continue
        try:
            message.update(body="")
        except (TwilioException, RequestException):
            counts.failed, faults = counts.failed + 1, faults + 1
        else:
            counts.emptied, faults = counts.emptied + 1, 0
        if faults == MOST_FAULTS:
            break
    return counts


def sweep(service: Service, settings: Settings) -> None:
    """Do both as the messenger does, and say how much there was."""
    counts = reconcile(service, settings, SWEPT_BACK)
    if counts.taken:
        log.warning("taken in late", count=counts.taken)
    if settings.twilio_redact:
        counts = empty(service, settings)
        if counts.emptied:
            log.info("emptied at Twilio", count=counts.emptied)
        if counts.failed:
            log.warning("not emptied at Twilio", count=counts.failed)


def _listed(settings: Settings, since: datetime) -> Iterator[Any]:
    """Yield every message of ours since then, page by page, newest first."""
    for message in client(settings).messages.stream(date_sent_after=since, page_size=A_PAGE):
        if message.sid and message.date_sent and message.date_sent >= since and _is_ours(settings, message):
            yield message


def _is_ours(settings: Settings, message: Any) -> bool:
    """Say whether it went to or from a sender of ours: the account may have others."""
    numbers = {settings.twilio_from, _number(settings.twilio_whatsapp_from)} - {""}
    service = settings.twilio_messaging_service_sid
    if service and message.messaging_service_sid == service:
        return True
    return bool({_number(message.to), _number(message.from_)} & numbers)


def _number(address: str | None) -> str:
    return (address or "").removeprefix(f"{WHATSAPP}:")


def _may_be_emptied(service: Service, message: Any, now: datetime) -> bool:
    age = now - message.date_sent
    if age < EMPTIED_AFTER:
        return False
    if message.direction == INBOUND:
        return _is_taken(service, message)
    return message.status in FINAL or (message.status == "sent" and age > ARRIVED_AFTER)


def _is_taken(service: Service, message: Any) -> bool:
    channel, address = _channel_of(message), message.from_
    key, turn = (
        service.cipher.hash(*parts) for parts in ((channel, address), (channel, address, message.sid))
    )
    return service.database.look(lambda line: store.was_taken(line, key, turn))


def _arrival(settings: Settings, message: Any) -> Arrival:
    """Return a message with what hangs on it. Raises requests' and twilio's exceptions."""
    has_media = message.num_media not in ("", "0", None)
    found = message.media.list(limit=MOST_MEDIA) if has_media else []
    return Arrival(
        channel=_channel_of(message),
        address=message.from_,
        message_id=message.sid,
        witness=message.sid,
        text=message.body or "",
        attachment=has_media,
        media=tuple(_place(settings, message, each) for each in found if _is_picture(each)),
        unread=tuple(_place(settings, message, each) for each in found if not _is_picture(each)),
        written_at=message.date_sent,
    )


def _place(settings: Settings, message: Any, media: Any) -> Place:
    return Place(PROVIDER, address_of(settings, message.sid, media.sid))


def _is_picture(media: Any) -> bool:
    return (media.content_type or "").startswith("image/")


def _channel_of(message: Any) -> str:
    """Return by which channel somebody wrote: on WhatsApp their own address need not say so."""
    prefix = f"{WHATSAPP}:"
    return WHATSAPP if message.from_.startswith(prefix) or (message.to or "").startswith(prefix) else "sms"
