"""One message being answered: what it met, and the ways to go on from there."""

from typing import NamedTuple

from bot.core.asking import Knowledge, Walk, ask, consent_words, says_around, walk
from bot.core.conversation import Answer, Conversation, Inbound, Reply, Stage
from bot.core.effects import Effect, Erase
from bot.core.flow import AGREEING, CHANNEL, MADE, PHOTOS, Flow, Kind
from bot.core.normal import normal
from bot.core.phrases import ENGLISH
from bot.core.reading import Reading
from casebridge.report import AnswerState

FIRST_FLOW = "report"
LONGEST_MESSAGE = 20_000  # characters; far over any real account sent at once


class Outcome(NamedTuple):
    """What a message leads to: the conversation after it, what to say, what to do."""

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    opts_in: bool = False  # START: whoever opted out of messages wants them again


class Turn(NamedTuple):
    """A message and the conversation it came into."""

    knowledge: Knowledge
    conversation: Conversation
    inbound: Inbound
    said: str  # the message in the form messages are compared in; "" for a pressed button
    reading: Reading

    @classmethod
    def of(cls, knowledge: Knowledge, conversation: Conversation, inbound: Inbound) -> "Turn":
        said = "" if inbound.pressed else normal(inbound.text[:LONGEST_MESSAGE])
        language = conversation.language or ENGLISH
        reading = Reading(language, knowledge.phrasebook, knowledge.texts, knowledge.readers)
        return cls(knowledge, conversation, inbound, said, reading)

    @property
    def flow(self) -> Flow:
        return flow_of(self.knowledge, self.conversation)

    def now(self) -> str:
        return self.inbound.at.isoformat()

    def with_(self, conversation: Conversation) -> "Turn":
        return Turn(self.knowledge, conversation, self.inbound, self.said, self.reading)


def flow_of(knowledge: Knowledge, conversation: Conversation) -> Flow:
    """Return the flow a conversation is in; the first if its own is no longer there."""
    return knowledge.flows.get(conversation.flow) or knowledge.flows[FIRST_FLOW]


def start(knowledge: Knowledge, channel: str) -> Conversation:
    """Return a conversation in which nothing has been said."""
    known = (channel, PHOTOS) if channel in knowledge.take_photos else channel
    answers = {CHANNEL: Answer(AnswerState.ANSWERED, known, "", ENGLISH, "")}
    return Conversation(channel, FIRST_FLOW, knowledge.flows[FIRST_FLOW].version, answers=answers)


def afresh(knowledge: Knowledge, conversation: Conversation) -> Conversation:
    """Return a new conversation of the same person, in the language they chose.

    Practice stays practice, and a worker's phone stays one that does not use its clients' codes.
    """
    fresh, made = start(knowledge, conversation.channel), conversation.answers.get(MADE)
    answers = {**fresh.answers, MADE: made} if made else fresh.answers
    return fresh._replace(language=conversation.language, practice=conversation.practice, answers=answers)


def begin(knowledge: Knowledge, conversation: Conversation) -> Outcome:
    """Open a flow: an honest word on the translation, what is said first, the first question."""
    language = knowledge.phrasebook.language(conversation.language or ENGLISH)
    notes = () if language.checked else (Reply(knowledge.texts.draft_translation),)
    way = walk(flow_of(knowledge, conversation), conversation.answers)
    return asked(knowledge, conversation, *notes, *says_around(way, ""), way=way)


def asked(
    knowledge: Knowledge, conversation: Conversation, *replies: Reply, way: Walk | None = None
) -> Outcome:
    """Say these, then put the open question; remember the words of a consent question."""
    if conversation.stage is Stage.SENT:
        return Outcome(conversation, replies)
    way = way or walk(flow_of(knowledge, conversation), conversation.answers)
    step = way.pending
    shown = ""
    if step is not None and step.kind in AGREEING:
        language = conversation.language or ENGLISH
        shown = consent_words(step, step.asked_of(way.answers), language, knowledge.phrasebook)
    if step is not None and step.kind is Kind.END:
        over = afresh(knowledge, conversation)._replace(stage=Stage.OVER)
        return Outcome(over, (*replies, *ask(knowledge, conversation, way)), (Erase(),))
    if shown != conversation.shown or conversation.choosing:
        conversation = conversation._replace(shown=shown, choosing="")
    return Outcome(conversation, (*replies, *ask(knowledge, conversation, way)))
