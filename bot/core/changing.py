"""Going back and correcting: an answer is taken away, and its question is open again."""

from bot.core.asking import Walk, walk
from bot.core.conversation import Conversation, Entry, Option, Reply
from bot.core.flow import PHOTOS, ROLE, Kind, Step
from bot.core.pictures import offer_photos
from bot.core.turn import Outcome, Turn, afresh, asked, begin

CHANGE_STEP = "change"  # buttons that name an answer to correct


def back(turn: Turn) -> Outcome:
    """Reopen the last question answered."""
    answered = walk(turn.flow, turn.conversation.answers).answered
    if not answered and turn.flow.step(ROLE) is None and not turn.conversation.reference:
        fresh = afresh(
            turn.knowledge, turn.conversation
        )  # came in by mistake; what was told waits for the story
        return begin(turn.knowledge, fresh._replace(parts=turn.conversation.parts))
    if not answered:
        return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.nothing_before))
    return _reopen(turn, turn.conversation, answered[-1])


def change(turn: Turn, which: str) -> Outcome:
    """Reopen one answer: by its number in the read-back, or by its name from a button."""
    way = walk(turn.flow, turn.conversation.answers)
    if not which:
        return offer_changes(turn, way)
    if turn.conversation.photos and which in (str(len(way.read_back) + 1), PHOTOS):
        return offer_photos(turn)
    for number, step in enumerate(way.read_back, 1):
        if which in (str(number), step.name):
            return _reopen(turn, turn.conversation, step)
    return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.no_such_answer))


def offer_changes(turn: Turn, way: Walk) -> Outcome:
    """Ask which answer is to be corrected."""
    options = tuple(Option(step.name, step.title or step.ask) for step in way.read_back)
    if turn.conversation.photos:
        options = (*options, Option(PHOTOS, turn.knowledge.texts.photos_title))
    if not options:
        return asked(turn.knowledge, turn.conversation, Reply(turn.knowledge.texts.nothing_before))
    which = Reply(turn.knowledge.texts.change_which, options=options, step=CHANGE_STEP, entry=Entry.NONE)
    return Outcome(turn.conversation._replace(choosing=CHANGE_STEP), (which,))


def _reopen(turn: Turn, conversation: Conversation, step: Step) -> Outcome:
    """Ask a question again; a story is kept to be added to."""
    answers = dict(conversation.answers)
    old = answers.pop(step.name)
    parts = conversation.parts
    if step.kind is Kind.STORY:
        parts = (str(old.value),) if old.value else ()
    return asked(turn.knowledge, conversation._replace(answers=answers, parts=parts, misses=0))
