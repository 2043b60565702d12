"""What an update from Telegram means: each kind has its place here, and none is parsed as markup."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.arrival import Arrival
from bot.channels.botfiles import BotFiles
from bot.channels.botline import MISSHAPEN
from bot.channels.buttons import Keyboard, Labels, is_box, pressed, ticked
from bot.core.conversation import Attached
from bot.core.normal import clean
from bot.core.returning import SHORTEST_CODE
from bot.handset import without_slash

if TYPE_CHECKING:
    from telegram import CallbackQuery, ChatMemberUpdated, Message, Update

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
OPENED_WITH = re.compile(r"/start(?:@\w+)? ([A-Za-z0-9_-]{1,64})")  # Bot API, deep links
BLOCKED = "stop"  # what somebody would have written who blocks the bot
MOST = 2**52  # Bot API: 52 significant bits at most
PRESENT = ("member", "administrator", "restricted")
NOTHING_SAID = (
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set",
    "users_shared", "chat_shared", "connected_website", "gift", "unique_gift",
)  # fmt: skip
IN_EVERY = ("message_id", "from", "chat", "date", "edit_date", "text", "caption")
KINDS: Mapping[str, Attached] = {
    "voice": Attached.RECORDING,
    "audio": Attached.RECORDING,
    "video": Attached.RECORDING,
    "video_note": Attached.RECORDING,
    "location": Attached.LOCATION,
    "contact": Attached.CARD,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A person's message or press. `last`: the number of the newest message in the chat we know of."""

    chat: int
    arrival: Arrival
    last: int
    buttons_of: int = 0  # the message whose buttons were pressed, where it can still be changed


@dataclass(frozen=True, slots=True)
class Ticked:
    """A box ticked or unticked below a message: nothing is answered yet."""

    chat: int
    message: int
    keyboard: Keyboard


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody who wants no more messages: nothing can be said to them."""

    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Leave:
    """A group or a channel: what is said there is read by others, so we do not stay."""

    chat: int


def read_update(body: bytes | str) -> "Update | None":
    """Parse an update; None for anything that is not one we can use."""
    try:
        return parsed(json.loads(body))  # orjson refuses half an emoji ("\ud83d"), and all of the message
    except MISSHAPEN:
        return None


def parsed(data: object) -> "Update | None":
    """Return an update as the library has it; None for what it cannot read."""
    from telegram import Update  # noqa: PLC0415 - 130 ms and 15 MB, only where Telegram is on

    if not isinstance(data, dict):
        return None
    for tried in (data, _plain(data)):
        with suppress(*MISSHAPEN):  # PTB checks no types, and wants what only a newer Bot API sends
            return Update.de_json(tried, None)
    return None


def meaning(update: "Update", files: BotFiles | None) -> Said | Ticked | Blocked | Leave | None:
    """Say what to do with an update; None for all that is not for us. Raises one of MISSHAPEN."""
    chat, person = update.effective_chat, update.effective_user
    if chat is None:
        return None
    if chat.type != "private":
        member = update.my_chat_member
        gone = member is not None and member.new_chat_member.status not in PRESENT
        return None if gone or update.callback_query is not None else Leave(_whole(chat.id))
    if person is None or person.is_bot:
        return None
    if update.callback_query is not None:
        return _press(update, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update, update.my_chat_member)
    if update.edited_message is not None:
        return _edit(update, update.edited_message)
    return _message(update, update.message, files) if update.message is not None else None


def _plain(data: Mapping[str, object]) -> dict[str, object]:
    """Return an update whose messages hold only what every message has."""
    return {
        name: {part: value[part] for part in IN_EVERY if part in value} if isinstance(value, dict) else value
        for name, value in data.items()
        if name in ("update_id", "message", "edited_message")
    }


def _message(update: "Update", message: "Message", files: BotFiles | None) -> Said | None:
    if any(getattr(message, name, None) for name in NOTHING_SAID):
        return None
    kind = next((name for name in KINDS if getattr(message, name)), "")
    words, entry = _opened(_words(message))
    if message.venue is not None:  # comes with its location
        kind, words = "", f"{message.venue.title}, {message.venue.address}"
    elif message.contact is not None and message.from_user is not None:
        own = message.contact.user_id == message.from_user.id
        words = f"+{message.contact.phone_number.lstrip('+')}" if own else ""
    attached = KINDS.get(kind, Attached.FORWARDED if message.forward_origin and words else None)
    arrival = _arrival(
        update,
        witness=f"{message.message_id}:{message.date}:{words}",
        text=words,
        entry=entry,
        attached=attached,
        attachment=message.text is None and message.venue is None,
        media=files.pictures(message) if files else (),
        number=_whole(message.message_id),
    )
    return Said(_whole(message.chat.id), arrival, _whole(message.message_id))


def _edit(update: "Update", message: "Message") -> Said | None:
    """Read an edited message; a picture that was changed with it is not taken anew."""
    if message.text is None and message.caption is None:  # a location that moves
        return None
    words, _ = _opened(_words(message))
    witness = f"{message.message_id}:{message.edit_date}:{words}"
    arrival = _arrival(update, witness=witness, text=words, edits=_whole(message.message_id))
    return Said(_whole(message.chat.id), arrival, _whole(message.message_id))


def _press(update: "Update", query: "CallbackQuery") -> Said | Ticked | None:
    """Read a press. Below a message too old to be shown nothing can be ticked: it is asked again."""
    message, data = query.message, str(query.data or "")
    if message is None:
        return None
    chat, number = _whole(message.chat.id), _whole(message.message_id)
    labels = _labels(message)
    if labels and is_box(data) and (buttons := ticked(labels, data)) is not None:
        return Ticked(chat, number, buttons)
    answer, token = pressed(labels, data)
    arrival = _arrival(update, witness=token, pressed=answer, below=number)
    return Said(chat, arrival, number, buttons_of=number if labels else 0)


def _membership(update: "Update", change: "ChatMemberUpdated") -> Blocked | None:
    """Blocking is the platform's STOP. Whoever unblocks writes or presses Start, which is read then."""
    if change.new_chat_member.status != "kicked":
        return None
    return Blocked(_arrival(update, witness=str(change.date), text=BLOCKED))


def _arrival(update: "Update", *, witness: str, **more: object) -> Arrival:
    number, chat = _whole(update.update_id), update.effective_chat
    assert chat is not None  # noqa: S101 - looked at before
    return Arrival(
        channel="telegram",
        address=str(_whole(chat.id)),
        message_id=str(number),
        witness=f"{number}:{chat.id}:{witness}",
        serial=number,
        **more,  # type: ignore[arg-type]
    )


def _whole(value: object) -> int:
    """Return a number as it can be stored. Raises one of MISSHAPEN for any other."""
    number = int(value)  # type: ignore[call-overload]
    if abs(number) > MOST:
        raise OverflowError
    return int(number)


def _words(message: "Message") -> str:
    return clean(message.text or message.caption or "")


def _opened(text: str) -> tuple[str, str]:
    """Return what a message says, and by which link it came: "/start CODE" is a code, or a place's name."""
    opened = OPENED_WITH.fullmatch(text.strip())
    if opened is None:
        return without_slash(text), ""
    digits = opened[1].replace("-", "").replace("_", "")
    if digits.isdecimal() and len(digits) == SHORTEST_CODE:
        return digits, ""
    return "start", opened[1]


def _labels(message: object) -> Labels:
    """Return the buttons below a message; none where it is too old to be told."""
    markup = getattr(message, "reply_markup", None)
    rows = markup.inline_keyboard if markup is not None else ()
    return tuple((str(b.text), str(b.callback_data)) for row in rows for b in row if b.callback_data)
