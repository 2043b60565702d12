"""One message in, the next conversation out. Pure: time and chance come in with the message."""

from bot.core.answering import answer
from bot.core.asking import Knowledge
from bot.core.commands import Called, Command, called
from bot.core.conversation import Answer, Conversation, Inbound, Reply, Stage
from bot.core.effects import LookUp
from bot.core.ending import NEW_STEP, after_sending, code_in, status_told
from bot.core.flow import NOTICED
from bot.core.language import LANGUAGE_STEP, choose, chosen, keep_telling
from bot.core.obeying import obey, resume
from bot.core.phrases import ENGLISH
from bot.core.safety import Danger, card, danger_in
from bot.core.turn import Outcome, Turn, afresh, begin
from casebridge.report import AnswerState

__all__ = ["Outcome", "advance", "tell_status"]


def advance(knowledge: Knowledge, conversation: Conversation, inbound: Inbound) -> Outcome:
    """Take one message: a command first, then danger, then the answer to the open question."""
    turn = Turn.of(knowledge, conversation, inbound)
    call = _called(turn)
    if conversation.stage is Stage.STOPPED and (call is None or call.command is not Command.STOP):
        return resume(turn, conversation)
    if conversation.language is None:
        return choose(turn, call)
    if call is not None and (outcome := obey(turn, call)) is not None:
        return outcome
    if conversation.stage is Stage.SENT:
        return after_sending(turn)
    if conversation.stage is Stage.OVER:
        return begin(knowledge, afresh(knowledge, conversation))
    return _message(turn)


def tell_status(
    knowledge: Knowledge, conversation: Conversation, inbound: Inbound, status: str | None
) -> Outcome:
    """Answer a LookUp: how far the report has come; None where no report answers to it."""
    return status_told(Turn.of(knowledge, conversation, inbound), status)


def _called(turn: Turn) -> Called | None:
    """Return the command that this message is, typed, pressed or chosen beside it."""
    pressed, language = turn.inbound.pressed, turn.inbound.language
    if pressed is not None and pressed.step == LANGUAGE_STEP:
        return Called(Command.LANGUAGE, pressed.values[0])
    if pressed is not None and pressed.step == NEW_STEP:
        return Called(Command.NEW)
    wanted = chosen(turn) or (language if language != turn.conversation.language else None)
    found = called(turn.said, turn.knowledge.texts, turn.knowledge.phrasebook) if turn.said else None
    if found is None and wanted:
        return Called(Command.LANGUAGE, wanted)
    if turn.said == "yes" and turn.conversation.stage is not Stage.STOPPED:
        return None  # opts in at Twilio, but is an answer here
    return found


def _message(turn: Turn) -> Outcome:
    """Look for danger, then read the message as an answer."""
    texts, conversation = turn.knowledge.texts, turn.conversation
    danger = danger_in(turn.said, texts, turn.knowledge.phrasebook) if turn.said else None
    if danger is None:
        return _welcome_or_answer(turn)
    known_before = noticed_in(conversation)
    conversation = notice(conversation, danger, turn.now())
    if danger is Danger.NOW:
        paused = conversation._replace(stage=Stage.PAUSED)
        return Outcome(paused, (Reply(texts.danger_card), Reply(texts.danger_go_on)))
    outcome = _welcome_or_answer(turn.with_(conversation))
    if danger in known_before:  # its card was shown
        return outcome
    return outcome._replace(replies=(Reply(card(danger, texts)), *outcome.replies))


def _welcome_or_answer(turn: Turn) -> Outcome:
    conversation = turn.conversation
    if conversation.stage is Stage.PAUSED and turn.inbound.pressed is None:
        telling = keep_telling(turn) if "story" not in conversation.answers else conversation
        return resume(turn, telling)
    if conversation.stage is Stage.PAUSED:
        turn = turn.with_(conversation._replace(stage=Stage.OPEN))
    if len(conversation.answers) == (NOTICED in conversation.answers) and (code := code_in(turn)):
        return Outcome(conversation, effects=(LookUp(code=code),))
    return answer(turn)


def noticed_in(conversation: Conversation) -> tuple[str, ...]:
    """Return which kinds of danger were found in what a person wrote so far."""
    noticed = conversation.answers.get(NOTICED)
    return noticed.codes if noticed else ()


def notice(conversation: Conversation, danger: Danger, at: str) -> Conversation:
    """Remember a kind of danger, so that conditions can look at it."""
    kinds = tuple(dict.fromkeys((*noticed_in(conversation), str(danger))))
    noticed = Answer(AnswerState.ANSWERED, kinds, "", conversation.language or ENGLISH, at)
    return conversation._replace(answers={**conversation.answers, NOTICED: noticed})
