"""Whether a message that is due may go out now, later or not at all. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import phonenumbers

from bot.following import FollowUp
from bot.hours import next_hours
from bot.outgoing import LEASE, Decision, Waiting
from bot.tables import OutgoingState

TOO_LATE = timedelta(days=3)  # after the first hour it might have gone out
ASKED_AGAIN = timedelta(hours=1)  # for a channel that is switched off
WINDOW = timedelta(hours=24)  # in which WhatsApp takes words of our own: error 63016
SHORTEST_NUMBER = 8  # digits with the country's; whatever is shorter is a short code


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a message is due."""

    now: datetime
    zone: tzinfo
    channels: frozenset[str]  # on which we can send
    looks: frozenset[str]  # whose provider can be asked what became of a message
    opted_out: bool = False
    answered: bool = False  # there is nothing to tell any more
    paused_until: datetime | None = None  # the provider asked for it
    heard: datetime | None = None  # when they wrote last, as far as that is known
    template: bool = False  # WhatsApp may be sent to outside its window


def decide(waiting: Waiting, follow_up: FollowUp, facts: Facts) -> Decision:
    """Return what becomes of a message that is due."""
    now, hours = facts.now, follow_up.hours
    too_late = now > next_hours(hours, waiting.created_at, facts.zone)[0] + TOO_LATE
    if waiting.state is not OutgoingState.DUE:
        can_look = follow_up.channel in facts.looks and not too_late
        return Decision(OutgoingState.UNKNOWN, now + LEASE if can_look else None, waiting.error or "killed")
    if facts.opted_out:
        return Decision(OutgoingState.DROPPED, kind="opted-out")
    if facts.answered:
        return Decision(OutgoingState.DROPPED, kind="answered")
    if too_late:
        return Decision(OutgoingState.DROPPED, kind="too-late")
    if (kind := unreachable(follow_up)) or (kind := _outside_window(follow_up, facts)):
        return Decision(OutgoingState.DROPPED, kind=kind)
    if follow_up.channel not in facts.channels:
        return Decision(OutgoingState.DUE, now + ASKED_AGAIN, waiting.error)
    begins, _ = next_hours(hours, max(now, facts.paused_until or now), facts.zone)
    if begins > now:
        return Decision(OutgoingState.DUE, begins, waiting.error)
    return Decision(OutgoingState.SENDING, now + LEASE)


def unreachable(follow_up: FollowUp) -> str:
    """Return why an address can never be written to; "" where it may be.

    A text to a landline is read aloud to whoever picks up. Numbers that are only not valid are
    written to: real ones are among them. WhatsApp's senders need not be numbers at all.
    """
    if follow_up.channel != "sms":
        return ""
    number = follow_up.address
    if not (number.startswith("+") and number[1:].isdecimal() and len(number) > SHORTEST_NUMBER):
        return "no-number"
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return "no-number"
    return "landline" if kind == phonenumbers.PhoneNumberType.FIXED_LINE else ""


def _outside_window(follow_up: FollowUp, facts: Facts) -> str:
    if follow_up.channel != "whatsapp" or facts.template or in_window(facts.now, facts.heard):
        return ""
    return "no-template"


def in_window(now: datetime, heard: datetime | None) -> bool:
    """Say whether WhatsApp still takes words of our own; they wrote too long ago where it is not known."""
    return heard is not None and now < heard + WINDOW
