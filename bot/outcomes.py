"""What a provider's answer to a message means for it: one table, each row with its source. Pure.

Twilio advises against building on its codes and adds new ones (changelog of 10 July 2024), so only
those that mean something else are named: whatever else it refuses is refused for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a message."""

    SENT = "sent"
    AGAIN = "again"  # surely not taken: later
    OURS = "ours"  # surely not taken, and not before somebody here mends a setting
    NEVER = "never"  # refused for good
    GONE = "gone"  # refused for good, and so would be all others to that address
    OPTED_OUT = "opted_out"  # the person wants no messages
    UNKNOWN = "unknown"  # perhaps taken, perhaps not


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message. `kind` is the provider's code or the name of a fault."""

    verdict: Verdict
    kind: str = ""
    provider_id: str = ""
    wait: float = 0.0  # seconds the provider asked for, for all messages


TOO_MANY = 429

# twilio.com/docs/api/errors/<code>
TWILIO: Mapping[int, Verdict] = {
    20429: Verdict.AGAIN,  # too many requests
    14107: Verdict.AGAIN,  # too many messages to one number within 30 s
    21611: Verdict.AGAIN,  # the queue of our number is full
    30001: Verdict.AGAIN,  # queue overflow: "try sending your message again after waiting"
    63018: Verdict.AGAIN,  # WhatsApp: rate limit of the channel
    20003: Verdict.OURS,  # the token is not (any more) that of the account
    20005: Verdict.OURS,  # account not active
    30002: Verdict.OURS,  # account suspended
    21212: Verdict.OURS,  # no valid From
    21603: Verdict.OURS,  # no From
    21606: Verdict.OURS,  # From is no number of ours that can send
    21659: Verdict.OURS,  # From is no number at Twilio
    21660: Verdict.OURS,  # From is another account's
    21661: Verdict.OURS,  # From cannot send messages
    21701: Verdict.OURS,  # there is no such messaging service
    21703: Verdict.OURS,  # the messaging service has no number
    21705: Verdict.OURS,  # the messaging service's SID is none
    21408: Verdict.OURS,  # messages to that country are not switched on in the account
    21655: Verdict.OURS,  # the template's ContentSid is none
    63007: Verdict.OURS,  # no WhatsApp sender of that From
    21610: Verdict.OPTED_OUT,  # STOP; until they text START
    63014: Verdict.OPTED_OUT,  # blocked by the user: "stop sending … until they re-engage"
    21211: Verdict.GONE,  # To is no number
    21214: Verdict.GONE,  # To cannot be reached
    21217: Verdict.GONE,  # To does not seem to be a number
    21265: Verdict.GONE,  # To is a short code
    21614: Verdict.GONE,  # To is no mobile number
    21635: Verdict.GONE,  # To is a landline
    30004: Verdict.GONE,  # blocked by the person or their network
    30005: Verdict.GONE,  # no such handset (any more)
    30006: Verdict.GONE,  # a landline, or a network that cannot be reached
    63024: Verdict.GONE,  # WhatsApp: no valid recipient
    # These are refused for good like all others, and named because they might be taken for more:
    21612: Verdict.NEVER,  # this pair of numbers cannot be connected; another of ours might
    30003: Verdict.NEVER,  # switched off or out of reach just now; the network has tried long enough
    30007: Verdict.NEVER,  # filtered: says nothing of the address
    30008: Verdict.NEVER,  # unknown: may have arrived, so it is not sent again
    63016: Verdict.NEVER,  # WhatsApp: outside the 24 hours without a template
}


def of_twilio(status: int, code: int | None) -> Outcome:
    """Return what an HTTP status and Twilio's own code mean for a message that was handed over.

    A status of 5xx may come from behind where the message was taken.
    """
    kind = str(code or status)
    verdict = TWILIO.get(code or 0)
    if verdict is None and status == TOO_MANY:
        verdict = Verdict.AGAIN
    if verdict is None and status in (401, 403, 404):  # credentials, or not our account
        verdict = Verdict.OURS
    if verdict is None and status >= 500:
        verdict = Verdict.UNKNOWN
    return Outcome(verdict or Verdict.NEVER, kind)


FINAL = frozenset({"delivered", "read", "undelivered", "failed", "canceled"})
"""Twilio's own states that nothing comes after."""


def of_status(status: str, code: str) -> Verdict | None:
    """Return what a state that Twilio reports later means; None while it is under way."""
    if status in ("delivered", "read"):
        return Verdict.SENT
    if status not in FINAL:
        return None
    found = TWILIO.get(int(code) if code.isdecimal() and len(code) < 7 else 0, Verdict.NEVER)
    return found if found in (Verdict.OPTED_OUT, Verdict.GONE) else Verdict.NEVER
