"""The sitting: for how long a chat stays open in the browser it was begun in.

A chat is known by a random id in a session cookie. When nothing came for IDLE it no longer opens, so that
whoever sits down at the same device later reads nothing of it. The page itself is trusted longer: it shows
what it shows anyway, and nobody who writes slowly, with a script or without, may lose a story for it.
"""

import re
import secrets
from datetime import datetime, timedelta

from flask import session

from bot.channels.channel import service
from bot.store import Turn

IDLE = timedelta(minutes=30)
WARNED_BEFORE = timedelta(minutes=5)
PAGE_TAKEN = timedelta(hours=6)  # from a page left open, after the last message

ID_BYTES = 32
CHAT_ID = "id"  # in the session
STAYED = "stayed"  # in the session: when "Stay" was pressed, ISO 8601, UTC
_MARK = re.compile(r"([0-9a-f]{8})-[0-9a-f]{16}")


def begin(*, anew: bool) -> None:
    """Give the browser an id, or `anew` another one: the chat before is known to its open pages only."""
    if anew:
        session.pop(CHAT_ID, None)
        session.pop(STAYED, None)
    session.setdefault(CHAT_ID, secrets.token_urlsafe(ID_BYTES))


def turns() -> tuple[Turn, ...]:
    """Return what was said in the chat of this browser so far."""
    address = session.get(CHAT_ID)
    return service().history("web", address, address) if address else ()


def left() -> timedelta:
    """Return for how long the chat stays open if nothing more comes; nothing or less where it is closed."""
    heard = service().last_heard("web", session[CHAT_ID]) if CHAT_ID in session else None
    if heard is None:  # not begun
        return IDLE
    if STAYED in session:
        heard = max(heard, datetime.fromisoformat(session[STAYED]))
    return heard + IDLE - service().now()


def is_closed() -> bool:
    """Say whether nothing came for so long that the chat is not shown any more."""
    return left() <= timedelta()


def takes_from(page: str, turns: tuple[Turn, ...]) -> bool:
    """Say whether a message comes from a page that shows this very talk, and not for too long.

    It may lack the last turn, whose answer can have been lost on the way.
    """
    shown = {mark(turns), mark(turns[:-1])}
    return bool(turns) and page in shown and left() > IDLE - PAGE_TAKEN


def stay() -> bool:
    """Keep the chat open without a message; say whether it still was."""
    if CHAT_ID not in session or is_closed():
        return False
    renew()
    return True


def renew() -> None:
    """Open the chat for another while, from now."""
    session[STAYED] = service().now().isoformat()


def mark(turns: tuple[Turn, ...]) -> str:
    """Return what a page is told to have shown, and of which chat; it says nothing to anybody else."""
    cipher = service().cipher
    words = (word for turn in turns for word in (turn.said, *(message.text for message in turn.messages)))
    return f"{_chat()}-{cipher.hash('shown', *words).hex()[:16]}"


def is_elsewhere(page: str) -> bool:
    """Say whether a page shows another chat than this browser has now: one begun later in another tab."""
    found = _MARK.fullmatch(page)
    return found is not None and found[1] != _chat()


def _chat() -> str:
    return service().cipher.hash("chat of a page", session.get(CHAT_ID, "")).hex()[:8]
