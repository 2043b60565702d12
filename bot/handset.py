"""What a reply looks like on somebody's phone, and what of theirs is a command of the channel's. Pure.

The web chat's own drawing is `bot/webpage.py`.
"""

from bot.wording import Message, as_text

LONGEST_SMS = 1600  # characters; Twilio refuses more (14103)
MOST_SMS = 10  # a reply (14109)
LONGEST_TELEGRAM = 4096  # characters; the Bot API refuses more
PROVIDER_ANSWERS = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])


def sms_texts(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """Return the text messages that say a reply, with numbers for what can be chosen."""
    return split(as_text(messages))


def split(text: str) -> tuple[str, ...]:
    """Cut a long reply at paragraphs, lines, sentences or words into what Twilio takes."""
    parts: list[str] = []
    while text and len(parts) < MOST_SMS:
        if len(text) <= LONGEST_SMS:
            parts.append(text)
            break
        window = text[: LONGEST_SMS + 1]
        at = max(window.rfind("\n\n"), 0) or max(window.rfind("\n"), window.rfind(". ") + 1, 0)
        at = at or window.rfind(" ") if at > 0 or " " in window else LONGEST_SMS
        at = at if at > 0 else LONGEST_SMS
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return tuple(parts)


def provider_answers(body: str, opt_out: str = "") -> bool:
    """Say whether Twilio has answered itself: a second answer would fail (21610) or confuse.

    OptOutType comes with Advanced Opt-Out only. START is answered all the same: YES opts in at
    Twilio, and is an answer to our question.
    """
    return opt_out in ("STOP", "HELP") or body.strip().casefold() in PROVIDER_ANSWERS


def telegram_message(messages: tuple[Message, ...]) -> tuple[str, Message | None]:
    """Return a reply as one message, and the question whose options are buttons below it."""
    last = messages[-1]
    if not last.options or last.several:  # several are ticked by their numbers: "1 3"
        return as_text(messages)[:LONGEST_TELEGRAM], None
    return "\n\n".join(message.text for message in messages)[:LONGEST_TELEGRAM], last


def without_slash(text: str) -> str:
    """Read "/help@our_bot" as "help", and "/start CODE" as "start"."""
    if not text.startswith("/"):
        return text
    command, space, rest = text[1:].partition(" ")
    command = command.partition("@")[0]
    return command if command == "start" else f"{command}{space}{rest}"
