"""Inline buttons: what each sends, which boxes are ticked, what pressing one means.

What is ticked travels in the message's own buttons, which come back with every press.
"""

from collections.abc import Iterable

from bot.core.conversation import Pressed
from bot.core.normal import clean
from bot.wording import Message

LONGEST_CALLBACK = 64  # bytes of callback_data
UNTICKED, TICKED, SEND = "+", "-", "="  # the first character of what a button of several sends
BOXES = {UNTICKED: "\u2610", TICKED: "\u2611"}
OTHER = {UNTICKED: TICKED, TICKED: UNTICKED}

Keyboard = dict[str, list[list[dict[str, str]]]]
Labels = tuple[tuple[str, str], ...]
"""The buttons of a message: what is written on each, and what it sends."""


def keyboard(message: Message) -> Keyboard:
    """Return the buttons for a question: one a choice; boxes to tick and one to send them for several."""
    if not message.several:
        return _rows((option.label, _data(message, option.value)) for option in message.options)
    boxes = (
        (f"{BOXES[UNTICKED]} {option.label}", _data(message, option.value, UNTICKED))
        for option in message.options
    )
    return _rows((*boxes, (message.send, _data(message, "", SEND))))


def is_box(data: str) -> bool:
    """Say whether pressing the button ticks or unticks a box."""
    return data[:1] in BOXES


def ticked(labels: Labels, data: str) -> Keyboard | None:
    """Return the buttons after one was pressed; None where no such button is below the message."""
    if data not in (sent for _, sent in labels):
        return None
    return _rows(_turned(label) if label[1] == data else label for label in labels)


def pressed(labels: Labels, data: str) -> tuple[Pressed, str]:
    """Return what a press answers, and the token it brought. Anybody can make up such data."""
    step, _, rest = clean(data).partition(":")
    value, _, token = rest.partition(":")
    if step[:1] not in (SEND, *BOXES):
        return Pressed(step, (value,)), token
    chosen = tuple(_value(sent) for _, sent in labels if sent.startswith(f"{TICKED}{step[1:]}:"))
    return Pressed(step[1:], chosen or ("",)), token


def _turned(label: tuple[str, str]) -> tuple[str, str]:
    words, data = label
    state = OTHER[data[0]]
    return f"{BOXES[state]}{words[1:]}", f"{state}{data[1:]}"


def _value(data: str) -> str:
    return clean(data).split(":")[1]


def _data(message: Message, value: str, mark: str = "") -> str:
    """Return what pressing sends. The token makes the answer one that nobody else could send."""
    data = f"{mark}{message.step}:{value}:{message.token}"
    return data if len(data.encode()) <= LONGEST_CALLBACK else f"{mark}{message.step}:{value}"


def _rows(labels: Iterable[tuple[str, str]]) -> Keyboard:
    return {"inline_keyboard": [[{"text": words, "callback_data": data}] for words, data in labels]}
