"""A message that comes late: after one that was written later, or found when nobody waits for an answer.

What was asked has moved on since it was written: a "yes" of then must not agree to what is asked now.
"""

from bot.core.asking import walk
from bot.core.commands import Called, Command
from bot.core.conversation import Conversation, Reply, Stage
from bot.core.flow import AGREEING, Flow, Kind
from bot.core.language import keep_telling
from bot.core.safety import card, danger_in
from bot.core.turn import Outcome, Turn, asked
from casebridge.report import AnswerState

TIMELESS = (Command.STOP, Command.START, Command.DELETE, Command.WIPE, Command.HELP)
NEVER_LATE = (*AGREEING, Kind.REVIEW, Kind.CODE)  # nothing is agreed to, sent or opened unseen


def take_late(turn: Turn, call: Called | None) -> Outcome | None:
    """Return what a late message comes to; None where it is taken like any other."""
    conversation, inbound, texts = turn.conversation, turn.inbound, turn.knowledge.texts
    if conversation.language is None or (inbound.pressed is not None and not _agrees_unheard(turn)):
        return None  # a button names its question
    if call is not None and call.command in TIMELESS:
        return None
    if conversation.stage in (Stage.STOPPED, Stage.OVER):
        return Outcome(conversation)
    if conversation.stage is Stage.SENT:
        return Outcome(keep_telling(turn))
    if call is None and not inbound.overtaken and _may_answer(turn):
        return None
    kept = _with_words(turn)
    said = texts.came_late if kept is conversation else texts.came_late_kept
    danger = danger_in(turn.said, texts, turn.knowledge.phrasebook)
    cards = (Reply(card(danger, texts)),) if danger else ()
    return asked(turn.knowledge, kept, *cards, Reply(said))


def unheard(conversation: Conversation) -> Conversation:
    """Return a conversation whose last replies nobody heard: the open question is put again first."""
    return conversation._replace(stage=Stage.PAUSED) if conversation.stage is Stage.OPEN else conversation


def _agrees_unheard(turn: Turn) -> bool:
    """Say whether a button would agree to something or send it while nobody hears what is replied."""
    pressed, step = turn.inbound.pressed, walk(turn.flow, turn.conversation.answers).pending
    if pressed is None or step is None or pressed.step != step.name:
        return False
    return turn.inbound.late and not _may_answer(turn)


def _may_answer(turn: Turn) -> bool:
    step = walk(turn.flow, turn.conversation.answers).pending
    return step is not None and step.kind not in NEVER_LATE


def _with_words(turn: Turn) -> Conversation:
    """Put what it tells with the story; what is no more than an answer stays out."""
    if keep_telling(turn) is turn.conversation:
        return turn.conversation
    return told_more(turn.flow, turn.conversation, turn.inbound.text.strip())


def told_more(flow: Flow, conversation: Conversation, text: str) -> Conversation:
    """Put words with the story, whether that is told already or not; nothing twice."""
    if text in conversation.parts:
        return conversation
    story = next((step.name for step in flow.steps if step.kind is Kind.STORY), "")
    told = conversation.answers.get(story)
    if told is None or told.state is not AnswerState.ANSWERED:
        return conversation._replace(parts=(*conversation.parts, text))
    words = str(told.value)
    if text in words:
        return conversation
    longer = told._replace(value=f"{words}\n\n{text}", said=f"{told.said}\n\n{text}")
    return conversation._replace(answers={**conversation.answers, story: longer})
