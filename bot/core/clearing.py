"""From which message on a chat can be cleared, where the channel lets messages be removed."""

from datetime import datetime, timedelta

from bot.core.conversation import Conversation

CLEARED_BACK = timedelta(hours=48)  # Telegram, deleteMessages


def begun(before: Conversation, number: int, at: datetime) -> tuple[tuple[str, int], ...]:
    """Return the first message of each hour that can still be removed, and one that was too old for it.

    `number`: 0 for none.
    """
    hour = f"{at:%Y-%m-%dT%H}"
    older = tuple(mark for mark in before.begun if mark[0] <= _since(at))
    kept = (*older[-1:], *before.begun[len(older) :])
    is_first = number and not any(mark[0] == hour for mark in kept)
    return (*kept, (hour, number)) if is_first else kept


def cleared_from(before: Conversation, number: int, at: datetime) -> tuple[int, bool]:
    """Return the first message that can still be removed, and whether no older one is known of.

    Of a chat that was forgotten here nobody knows how old it is.
    """
    marks = begun(before, number, at)
    first = next(each for hour, each in marks if hour > _since(at))
    return first, marks[0][1] == first and (bool(before.begun) or before.language is not None)


def _since(at: datetime) -> str:
    return f"{at - CLEARED_BACK:%Y-%m-%dT%H}"
