"""How long a conversation is kept: the promise made to people before their story."""

from datetime import datetime, timedelta

from bot.core.conversation import Stage

DRAFT_KEPT = timedelta(days=7)
PAUSED_KEPT = timedelta(days=14)
ENDED_KEPT = timedelta(hours=72)  # after sending or erasing: only that there was a talk


def kept(stage: Stage, *, ended: bool = False) -> timedelta:
    """Return for how long after its last message; `ended` is one that was sent, erased or looked up."""
    if ended:
        return ENDED_KEPT
    return {Stage.PAUSED: PAUSED_KEPT, Stage.SENT: ENDED_KEPT}.get(stage, DRAFT_KEPT)


def to_the_hour(moment: datetime) -> datetime:
    """Return the next full hour: the same for most turns of a talk, so no index changes with them."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + timedelta(hours=1)
