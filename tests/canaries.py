"""Words, names, numbers and secrets that must never be in a log line, and requests that carry them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.making import signature, sms_form, telegram_message, telegram_press

PHONE = "+447700900777"
CHAT = 987654321012
TOKENS = {
    "TWILIO_ACCOUNT_SID": "ACzimtkonto",
    "TWILIO_AUTH_TOKEN": "zimttoken",
    "TWILIO_FROM": "+441642987654",
    "TELEGRAM_WEBHOOK_SECRET": "zimtgeheimnis",
    "TELEGRAM_BOT_TOKEN": "123456:zimtbot",
}
SAID = {
    "story": "Brombeere schrie mich an",
    "place": "Quittengasse 17",
    "contact": "hollerbusch@example.org",
    "name": "Mirabelle",
    "user": "schlehenfeuer",
    "message": "SMvogelbeere",
    "update": "700999111",
    "cookie": "hagebutte",
    "agent": "Sanddorn/1.0",
    "network": "203.0.113.77",
}
CANARIES = (
    *TOKENS.values(), PHONE, PHONE[1:], str(CHAT), "Brombeere", "Quittengasse", "hollerbusch", "Mirabelle",
    "schlehenfeuer", "vogelbeere", "700999111", "hagebutte", "Sanddorn", "203.0.113.77",
)  # fmt: skip
HEADERS = {
    "User-Agent": SAID["agent"],
    "X-Forwarded-For": SAID["network"],
    "Cookie": f"chat={SAID['cookie']}",
}
TWICE = (SAID["story"], SAID["place"], SAID["contact"])


def by_sms(address: str) -> Iterator[tuple[dict[str, str], Mapping[str, str]]]:
    """Headers and form of text messages: signed, badly signed, unsigned."""
    for number, text in enumerate(("english", *TWICE, SAID["story"] * 900)):
        form = sms_form(text, f"{SAID['message']}{number}", PHONE, Name=SAID["name"])
        signed = signature(form, f"{address}/channels/sms", TOKENS["TWILIO_AUTH_TOKEN"])
        yield {"X-Twilio-Signature": signed}, form
        yield {"X-Twilio-Signature": TOKENS["TWILIO_AUTH_TOKEN"]}, form
        yield {}, form


def by_telegram() -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and body of updates: with the secret, without it, and misshapen."""
    right = {"X-Telegram-Bot-Api-Secret-Token": TOKENS["TELEGRAM_WEBHOOK_SECRET"]}
    for update in _updates():
        yield right, json.dumps(update).encode()
        yield {"X-Telegram-Bot-Api-Secret-Token": SAID["cookie"]}, json.dumps(update).encode()
        yield right, json.dumps(update).encode()[:-9]


def _updates() -> Iterator[dict[str, Any]]:
    for number, text in enumerate(("/start", *TWICE)):
        update = telegram_message(text, CHAT)
        update["message"]["from"] |= {"first_name": SAID["name"], "username": SAID["user"]}
        yield update | {"update_id": int(SAID["update"]) * 10 + number}
        yield telegram_press(f"role:{SAID['story']}:{SAID['cookie']}"[:64], CHAT)
        yield update | {"message": update["message"] | {"date": SAID["story"]}}


def found_in(log: str, *more: str) -> list[str]:
    """Return the canaries that a log gives away, also where they were quoted or escaped."""
    plain = re.sub(r"\\u[0-9a-f]{4}", "", log)
    return [canary for canary in (*CANARIES, *more) if canary.casefold() in plain.casefold()]
